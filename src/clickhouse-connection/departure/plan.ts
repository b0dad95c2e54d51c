/** Plans for tenants that are gone: who loses access now, who is held back, which tables go. Pure. */
import { annotations } from '../../api/labels.ts'
import { keyOf } from '../../api/object.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import { durationOf } from '../../core/duration.ts'
import type { EndpointSight } from '../../tenancy/claim/endpoint.ts'
import { planDeparture } from '../../tenancy/departure/departure.ts'
import { encodeMark } from '../../tenancy/mark.ts'
import { dueAt, planEmptying } from '../../tenancy/departure/retired-tables.ts'
import { limitSweep, type SweepDecision } from '../../tenancy/departure/sweep-limit.ts'
import { departedKey, emptyingKey, type Departed, type DepartedTenant } from './departed.ts'
import type { DepartureObserved } from './observed.ts'
import { mustWait } from './retries.ts'
import type { DepartureStep } from './steps.ts'

/** The steps for one tenant that is gone. If one fails, the tasks of other tenants go on. */
export interface DepartureTask {
  /** Names the task from one look to the next. */
  readonly key: string
  readonly departed: DepartedTenant
  readonly steps: readonly DepartureStep[]
}

export interface DeparturePlan {
  readonly tasks: readonly DepartureTask[]
  readonly held: SweepDecision['held']
  /** Databases with tables that the server would refuse to drop. */
  readonly tooBig: readonly string[]
  /** When something falls due, in milliseconds from now. */
  readonly dueMs: number | undefined
}

/** How long one departure waits for others, in case it is the first of hundreds. */
const settleMs = 2_000

export function planDepartures(seen: DepartureObserved): DeparturePlan {
  const sweep = limitSweep({
    departed: seen.departed,
    recent: seen.recentDepartures,
    marks: seen.inventory.own,
    limit: seen.connection.spec.sweep.limit,
    confirmed: confirmedCount(seen),
    now: seen.elapsed,
    settleMs,
  })
  const graceMs = durationOf(seen.connection.spec.sweep.grace)
  const proceed = new Set(sweep.proceed.map(departedKey))
  const settled = seen.departed.filter(departed => proceed.has(departedKey(departed)))
  const due = settled.filter(({ noted, since }) => noted || seen.elapsed - since >= graceMs)
  const waiting = settled
    .filter(departed => !due.includes(departed))
    .map(({ since }) => since + graceMs - seen.elapsed)
  const emptying = planEmptyings(seen)
  const tasks = [...due.flatMap(departed => departureTask(departed, seen)), ...emptying.tasks]
  return {
    tasks: tasks.filter(({ key }) => !mustWait(key, seen)),
    held: sweep.held,
    tooBig: emptying.tooBig,
    dueMs: least([...waiting, sweep.recheckMs, nextRetirement(seen), nextRetry(seen)]),
  }
}

function departureTask(
  { namespace, name, database, on }: Departed,
  seen: DepartureObserved,
): readonly DepartureTask[] {
  const tenant = { namespace, name }
  const sights = sightsOf(database, seen)
  const { steps } = planDeparture({
    tenant,
    installation: seen.installation,
    inheritFrom: seen.connection.spec.inheritFrom,
    connection: keyOf(seen.connection),
    endpoints: sights,
    on,
    readableOn: readableOn(database, seen),
    accessReplicated: seen.endpoints.every(view => !view.ok || view.data.accessStorage.replicated),
    now: seen.now,
  })
  const done = steps.map((step): DepartureStep => {
    if (step.kind === 'retire') {
      const { url, expected } = step
      return { kind: 'retireDatabase', tenant, database, url, expected, mark: encodeMark(step.mark) }
    }
    return { kind: 'revokeRead', tenant, database, urls: step.urls, expected: commentsOf(sights, step.urls) }
  })
  const departed = { ...tenant, database }
  return done.length === 0 ? [] : [{ key: departedKey(departed), departed, steps: done }]
}

function sightsOf(database: string, { endpoints }: DepartureObserved): readonly EndpointSight[] {
  return endpoints.map(view =>
    view.ok
      ? { url: view.url, reachable: true, database: view.data.databases.get(database) }
      : { url: view.url, reachable: false },
  )
}

function commentsOf(sights: readonly EndpointSight[], urls: readonly string[]): ReadonlyMap<string, string> {
  const comments = new Map<string, string>()
  for (const sight of sights) {
    if (sight.reachable && sight.database !== undefined && urls.includes(sight.url)) {
      comments.set(sight.url, sight.database.comment)
    }
  }
  return comments
}

/** Where the reader may read the database. Nowhere if somebody else makes the grants, as they also take them. */
function readableOn(
  database: string,
  { connection, endpoints, unrevokable }: DepartureObserved,
): ReadonlySet<string> {
  const urls = new Set<string>()
  if (connection.spec.reader.grants === 'External') return urls
  for (const view of endpoints) {
    if (!view.ok || unrevokable.get(view.url)?.has(database) === true) continue
    if (view.data.reader.touches(database)) urls.add(view.url)
  }
  return urls
}

function planEmptyings(seen: DepartureObserved): {
  readonly tasks: readonly DepartureTask[]
  readonly tooBig: readonly string[]
} {
  const tasks: DepartureTask[] = []
  const tooBig: string[] = []
  for (const { url, database, comment, mark, tables, maxTableBytes } of seen.emptiable) {
    const tenant = { namespace: mark.namespace, name: mark.name }
    const dropAfterMs = durationOf(seen.connection.spec.dropAfter)
    // Only the caches say that the owner is gone. Each step proves it.
    const plan = planEmptying({ mark, dropAfterMs, now: seen.now, tables, maxTableBytes })
    if (plan.kind === 'tooBig') tooBig.push(quoteIdentifier(database))
    if (plan.kind !== 'drop' || plan.tables.length === 0) continue
    const engines = new Map(tables.map(({ name, engine }) => [name, engine]))
    const steps = plan.tables.map((name): DepartureStep => {
      const table = { name, engine: engines.get(name) ?? '' }
      return { kind: 'dropTable', tenant, database, url, expected: comment, table }
    })
    const departed = { ...tenant, database }
    tasks.push({ key: emptyingKey(url, departed), departed, steps })
  }
  return { tasks, tooBig: [...new Set(tooBig)].sort() }
}

function nextRetirement({ inventory, connection, now }: DepartureObserved): number | undefined {
  const dropAfterMs = durationOf(connection.spec.dropAfter)
  const future = inventory.retired
    .map(({ mark }) => (dueAt(mark, dropAfterMs) ?? 0) - now)
    .filter(ms => ms > 0)
  return least(future)
}

function nextRetry({ failed, elapsed }: DepartureObserved): number | undefined {
  return least([...failed.values()].map(({ retryAt }) => retryAt - elapsed).filter(ms => ms > 0))
}

function confirmedCount({ connection }: DepartureObserved): number | undefined {
  const text = connection.metadata.annotations?.[annotations.confirmSweep]
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

export function least(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter(ms => ms !== undefined)
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b))
}
