/** Plans for tenants that are gone: who loses access now, who is held back, which tables go. Pure. */
import { annotations } from '../../api/labels.ts'
import { keyOf } from '../../api/object.ts'
import { durationOf } from '../../core/duration.ts'
import { planDeparture } from '../../tenancy/departure/departure.ts'
import { encodeMark } from '../../tenancy/mark.ts'
import { dropOrder } from '../../tenancy/departure/retired-tables.ts'
import { limitSweep, type SweepDecision } from '../../tenancy/departure/sweep-limit.ts'
import { confirmedCount } from './emptying/confirmed.ts'
import { departedKey, emptyingKey, type Departed, type DepartedTenant } from './found/departed.ts'
import { decideEmptyings, type Emptyings } from './emptying/plan.ts'
import type { DepartureObserved, Emptiable } from './observed.ts'
import { mustWait } from './retries.ts'
import { serverTime } from './found/server-time.ts'
import { commentsOf, sightsOf } from './found/sights.ts'
import type { DepartureStep } from './steps.ts'

/** The steps for one tenant that is gone. If one fails, the tasks of other tenants go on. */
export interface DepartureTask {
  /** Names the task from one look to the next. */
  readonly key: string
  readonly departed: DepartedTenant
  /** What the tenant loses by it; this counts for the brake. */
  readonly takes: 'access' | 'tables'
  readonly steps: readonly DepartureStep[]
}

export interface DeparturePlan {
  readonly tasks: readonly DepartureTask[]
  readonly held: SweepDecision['held']
  readonly emptyings: Emptyings
  /** When something falls due, in milliseconds from now. */
  readonly dueMs: number | undefined
}

export function planDepartures(seen: DepartureObserved): DeparturePlan {
  const sweep = limitSweep({
    departed: seen.departed,
    recent: seen.recentDepartures,
    marks: seen.inventory.own,
    limit: seen.connection.spec.sweep.limit,
    confirmed: confirmedCount(seen.connection, annotations.confirmSweep),
    now: seen.elapsed,
  })
  const graceMs = durationOf(seen.connection.spec.sweep.grace)
  const proceed = new Set(sweep.proceed.map(departedKey))
  const settled = seen.departed.filter(departed => proceed.has(departedKey(departed)))
  const due = settled.filter(({ noted, since }) => noted || seen.elapsed - since >= graceMs)
  const waiting = settled
    .filter(departed => !due.includes(departed))
    .map(({ since }) => since + graceMs - seen.elapsed)
  const emptyings = decideEmptyings(seen)
  const emptied = seen.emptiable.filter(({ database }) => emptyings.go.has(database))
  const tasks = [
    ...due.flatMap(departed => departureTask(departed, seen)),
    ...emptied.map(found => emptyingTask(found, seen)),
  ]
  return {
    tasks: tasks.filter(({ key }) => !mustWait(key, seen)),
    held: sweep.held,
    emptyings,
    dueMs: least([...waiting, sweep.recheckMs, emptyings.nextMs, nextRetry(seen)]),
  }
}

function departureTask(
  { namespace, name, database, on }: Departed,
  seen: DepartureObserved,
): readonly DepartureTask[] {
  const tenant = { namespace, name }
  const sights = sightsOf(database, seen.endpoints)
  const { steps } = planDeparture({
    tenant,
    installation: seen.installation,
    inheritFrom: seen.connection.spec.inheritFrom,
    connection: keyOf(seen.connection),
    endpoints: sights,
    on,
    readableOn: readableOn(database, seen),
    accessReplicated: seen.endpoints.every(view => !view.ok || view.data.accessStorage.replicated),
    now: serverTime(seen.endpoints).latest,
    dropAfterMs: durationOf(seen.connection.spec.dropAfter),
  })
  const done = steps.map((step): DepartureStep => {
    if (step.kind === 'retire') {
      const { url, expected } = step
      return { kind: 'retireDatabase', tenant, database, url, expected, mark: encodeMark(step.mark) }
    }
    return { kind: 'revokeRead', tenant, database, urls: step.urls, expected: commentsOf(sights, step.urls) }
  })
  const departed = { ...tenant, database }
  return done.length === 0 ? [] : [{ key: departedKey(departed), departed, takes: 'access', steps: done }]
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

/** Drops table after table. Only the caches say that the owner is gone and that nobody else is there: each step proves it. */
function emptyingTask(
  { url, database, mark, tables }: Emptiable,
  { endpoints }: DepartureObserved,
): DepartureTask {
  const tenant = { namespace: mark.namespace, name: mark.name }
  const expected = commentsOf(sightsOf(database, endpoints))
  const engines = new Map(tables.map(({ name, engine }) => [name, engine]))
  const steps = dropOrder(tables).map((name): DepartureStep => {
    const table = { name, engine: engines.get(name) ?? '' }
    return { kind: 'dropTable', tenant, database, url, expected, table }
  })
  const departed = { ...tenant, database }
  return { key: emptyingKey(url, departed), departed, takes: 'tables', steps }
}

function nextRetry({ failed, elapsed }: DepartureObserved): number | undefined {
  return least([...failed.values()].map(({ retryAt }) => retryAt - elapsed).filter(ms => ms > 0))
}

export function least(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter(ms => ms !== undefined)
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b))
}
