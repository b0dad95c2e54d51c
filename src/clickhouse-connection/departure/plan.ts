/** Plans for tenants that are gone: who loses access now, who is held back, which tables go. Pure. */
import { keyOf } from '../../api/object.ts'
import { durationOf } from '../../core/duration.ts'
import { planDeparture } from '../../tenancy/departure/departure.ts'
import { encodeMark } from '../../tenancy/mark.ts'
import { dropOrder } from '../../tenancy/departure/retired-tables.ts'
import { limitSweep } from '../../tenancy/departure/sweep-limit.ts'
import { departedKey, emptyingKey, type Departed, type DepartedTenant } from './found/departed.ts'
import { decideEmptyings, type Emptyings } from './emptying/plan.ts'
import type { DepartureObserved, Emptiable } from './observed.ts'
import { nameHolds, sinceHeld, type Holds, type NamedHolds } from './held/holds.ts'
import { mustWait } from './retries.ts'
import { serverTime } from './found/server-time.ts'
import { commentsOf, sightsOf } from './found/sights.ts'
import type { DepartureStep } from './steps.ts'

export type Takes = 'access' | 'tables'

/** The steps for one tenant that is gone. If one fails, the tasks of other tenants go on. */
export interface DepartureTask {
  /** Names the task from one look to the next. */
  readonly key: string
  readonly departed: DepartedTenant
  /** What the tenant loses by it; this counts for the brake. */
  readonly takes: Takes
  readonly steps: readonly DepartureStep[]
}

export interface DeparturePlan extends Holds {
  readonly tasks: readonly DepartureTask[]
  readonly emptyings: Omit<Emptyings, 'holds'>
  /** How many will lose their access without anybody's word, once the grace is over. */
  readonly inGrace: number
  /** When something falls due, in milliseconds from now. */
  readonly dueMs: number | undefined
}

export function planDepartures(seen: DepartureObserved): DeparturePlan {
  const { go, released, holds, waits } = decideSweep(seen)
  const graceMs = durationOf(seen.connection.spec.sweep.grace)
  const isDue = (each: Departed): boolean =>
    each.noted || released.has(departedKey(each)) || seen.elapsed - each.since >= graceMs
  const graces = go.filter(each => !isDue(each)).map(({ since }) => since + graceMs - seen.elapsed)
  const { holds: emptyingHolds, ...emptyings } = decideEmptyings(seen)
  const emptied = seen.emptiable.filter(({ database }) => emptyings.go.has(database))
  const tasks = [
    ...go.filter(isDue).flatMap(departed => departureTask(departed, seen)),
    ...emptied.map(found => emptyingTask(found, seen)),
  ]
  return {
    tasks: tasks.filter(({ key }) => !mustWait(key, seen)),
    held: [...holds.held, ...emptyingHolds.held],
    confirmed: [...holds.confirmed, ...emptyingHolds.confirmed],
    emptyings,
    inGrace: graces.length,
    dueMs: least([...graces, ...waits, emptyings.nextMs, nextRetry(seen)]),
  }
}

/** What is left of the plan if nothing is taken. A confirmation is used only where what it confirms is done. */
export function takingNothing(plan: DeparturePlan): DeparturePlan {
  return { ...plan, tasks: [], held: [...plan.held, ...plan.confirmed], confirmed: [] }
}

/** For the status to tell of what is meant already. */
const meantMs = 1_000

interface SweepPlan {
  /** They lose their access, those that nobody saw leave after the grace. */
  readonly go: readonly Departed[]
  /** Of those, who was let go before, or by a person now: there is nothing to wait for any more. */
  readonly released: ReadonlySet<string>
  readonly holds: NamedHolds
  /** When to decide again, in milliseconds from now. */
  readonly waits: readonly number[]
}

/** Whoever was let go before, or by a person now, goes; the brake decides on the others. */
function decideSweep(seen: DepartureObserved): SweepPlan {
  const { waitMs } = seen
  const sweep = limitSweep({
    departed: sinceHeld(
      seen.departed.filter(({ letGo }) => !letGo),
      seen,
    ),
    recent: seen.recentDepartures,
    marks: seen.inventory.own,
    limit: seen.connection.spec.sweep.limit,
    now: seen.elapsed,
  })
  const groups = sweep.held.map(members => ({ members, keys: members.map(departedKey) }))
  const holds = nameHolds('Access', groups, seen)
  const confirmed = new Set(holds.confirmed.flatMap(({ members }) => members.map(departedKey)))
  const proceed = new Set(waitMs > 0 ? [] : sweep.proceed.map(departedKey))
  const letGo = seen.departed.filter(each => each.letGo).map(departedKey)
  const released = new Set([...letGo, ...confirmed])
  const mayGo = (each: Departed): boolean => released.has(departedKey(each)) || proceed.has(departedKey(each))
  const soon = holds.areMeant ? meantMs : undefined
  const waits = [sweep.recheckMs, waitMs > 0 ? waitMs : undefined, soon].filter(ms => ms !== undefined)
  return { go: seen.departed.filter(mayGo), released, holds, waits }
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

/** Where a REVOKE takes something: what a role gives stays. Nowhere if somebody else makes the grants, as they also take them. */
function readableOn(database: string, { connection, endpoints }: DepartureObserved): ReadonlySet<string> {
  const urls = new Set<string>()
  if (connection.spec.reader.grants === 'External') return urls
  for (const view of endpoints) {
    if (view.ok && view.data.reader.touchesItself(database)) urls.add(view.url)
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
