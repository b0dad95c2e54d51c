/** Looks ahead at retired databases: whose time has come, whose is near, and which are left alone. Pure. */
import { durationOf } from '../../../core/duration.ts'
import { judgeRetirement, type Retirement } from '../../../tenancy/departure/emptying.ts'
import { type Due, dueOf, laterDue } from '../../../tenancy/departure/retired-tables.ts'
import { brakeWindowMs } from '../../../tenancy/departure/brake.ts'
import type { RetiredDatabase } from '../found/inventory.ts'
import type { DepartureObserved } from '../observed.ts'
import { serverTime } from '../found/server-time.ts'
import { sightsOf } from '../found/sights.ts'

/** A retired database whose time has come or is near. */
export interface Nearing {
  readonly database: string
  /** Of the tenant that left it. */
  readonly namespace: string
  readonly name: string
  /** When its tables go, in milliseconds since the epoch. */
  readonly at: number
  /** Where it is not known to be empty. */
  readonly found: readonly RetiredDatabase[]
  /** `unsure`: its time may have come, but its mark is of an older release and does not say. */
  readonly when: 'due' | 'soon' | 'unsure'
}

export interface Outlook {
  readonly nearing: readonly Nearing[]
  /** Their time has come, and they are left alone: a tenant names them, or an endpoint has another mark. */
  readonly contested: readonly { readonly database: string; readonly by: 'tenant' | 'mark' }[]
  /** When the next falls due, in milliseconds from now. */
  readonly nextMs: number | undefined
}

export type Foreseen = Pick<
  DepartureObserved,
  'connection' | 'endpoints' | 'installation' | 'unemptied' | 'claimed' | 'anyTime'
>

/** Judges each database by all that the endpoints say of it. While one of them is away, nothing is due. */
export function foresee(seen: Foreseen): Outlook {
  const nearing: Nearing[] = []
  const contested: Outlook['contested'][number][] = []
  const now = seen.anyTime ? Number.POSITIVE_INFINITY : serverTime(seen.endpoints).earliest
  if (now === undefined) return { nearing, contested, nextMs: undefined }
  let next = Number.POSITIVE_INFINITY
  for (const [database, found] of Map.groupBy(seen.unemptied, each => each.database)) {
    const marked = markedDue(found, seen)
    next = Math.min(next, nextAfter(now, marked))
    if (marked.asksFrom > now + brakeWindowMs) continue
    const [first] = found
    if (first === undefined) continue
    const { namespace, name } = first.mark
    const verdict = judge(first, seen)
    if (verdict.kind === 'contested' && marked.asksFrom <= now) contested.push({ database, by: verdict.by })
    if (verdict.kind !== 'retired') continue
    next = Math.min(next, nextAfter(now, verdict.due))
    const { at, asksFrom } = verdict.due
    if (asksFrom <= now + brakeWindowMs)
      nearing.push({ database, namespace, name, at, found, when: whenOf(verdict.due, now) })
  }
  return { nearing, contested, nextMs: Number.isFinite(next) ? next - now : undefined }
}

function markedDue(found: readonly RetiredDatabase[], { connection }: Pick<Foreseen, 'connection'>): Due {
  const dropAfterMs = durationOf(connection.spec.dropAfter)
  const never = { at: Number.POSITIVE_INFINITY, asksFrom: Number.POSITIVE_INFINITY }
  return found.map(({ mark }) => dueOf(mark, dropAfterMs) ?? never).reduce(laterDue)
}

function judge(
  { database, mark }: RetiredDatabase,
  { connection, endpoints, installation, claimed }: Foreseen,
): Retirement {
  return judgeRetirement({
    tenant: mark,
    installation,
    inheritFrom: connection.spec.inheritFrom,
    endpoints: sightsOf(database, endpoints),
    claimed: claimed.has(database),
    dropAfterMs: durationOf(connection.spec.dropAfter),
  })
}

function whenOf({ at, asksFrom }: Due, now: number): Nearing['when'] {
  if (at <= now) return 'due'
  return asksFrom <= now ? 'unsure' : 'soon'
}

/** The next moment at which something changes by itself. */
function nextAfter(now: number, { at, asksFrom }: Due): number {
  return asksFrom > now ? asksFrom : at > now ? at : Number.POSITIVE_INFINITY
}
