/** What departed tenants lose, and lost of late. */
import type { ClickHouseConnectionStatus } from '../../api/clickhouse-connection.ts'
import { putNewest } from '../../core/newest.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { brakeWindowMs } from '../../tenancy/departure/brake.ts'
import { departedKey, type DepartedTenant } from './found/departed.ts'

export type RecentLosses = Pick<ClickHouseConnectionStatus, 'recentDepartures' | 'recentEmptyings'>
type Loss = NonNullable<RecentLosses['recentDepartures']>[number]

interface Now {
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** Milliseconds since the epoch, by a clock that goes on over a restart. */
  readonly time: number
}

interface Known {
  readonly loss: Omit<Loss, 'pending'>
  /** Monotonic milliseconds. */
  readonly at: number
  readonly isPending: boolean
}

/** As the status has them: a list that is empty is left out. */
export function listLosses({ recentDepartures = [], recentEmptyings = [] }: RecentLosses): RecentLosses {
  return {
    ...(recentDepartures.length === 0 ? {} : { recentDepartures }),
    ...(recentEmptyings.length === 0 ? {} : { recentEmptyings }),
  }
}

/** As many as a status holds. More can have gone only after somebody confirmed it. */
const most = 1_000
/** While an endpoint is away, nobody can tell what is left of those that were let go. */
const mostRemembered = 20_000

/**
 * Remembers who was let go. Within the brake's window that counts, so that many one after the other are many at once.
 * As long as something is left of it, it is not asked about again, nor does it count anew: it may fail for ever. The
 * status has a copy, from which the next process goes on.
 */
export class Losses {
  readonly #losses = new Map<string, Known>()
  #isLoaded = false

  /** Takes over, once, what an earlier process knew. */
  load(known: readonly Loss[], { elapsed, time }: Now): void {
    if (this.#isLoaded) return
    this.#isLoaded = true
    for (const { pending = false, ...loss } of known) {
      // A clock that was set back makes it later, never younger than now.
      const age = Math.max(0, time - (parseTimestamp(loss.at) ?? time))
      this.#losses.set(`${loss.tenant} ${loss.database}`, { loss, at: elapsed - age, isPending: pending })
    }
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** @returns whether that is news */
  letGo(departed: DepartedTenant, { elapsed, time }: Now): boolean {
    const key = departedKey(departed)
    if (this.#losses.get(key)?.isPending === true) return false
    const { namespace, name, database } = departed
    const loss = { tenant: `${namespace}/${name}`, database, at: toTimestamp(time) }
    putNewest(this.#losses, key, { loss, at: elapsed, isPending: true }, mostRemembered)
    return true
  }

  /** When it was let go, in milliseconds since the epoch, if something is left of it. */
  letGoAt(departed: DepartedTenant): number | undefined {
    const known = this.#losses.get(departedKey(departed))
    return known?.isPending === true ? parseTimestamp(known.loss.at) : undefined
  }

  /** It has lost nothing after all. */
  forget(departed: DepartedTenant): void {
    this.#losses.delete(departedKey(departed))
  }

  /** It was seen to leave anew, so it was back meanwhile. */
  leavesAnew(departed: DepartedTenant): void {
    const known = this.#losses.get(departedKey(departed))
    if (known?.isPending === true) this.#losses.set(departedKey(departed), { ...known, isPending: false })
  }

  /** Nothing is left to take of those that are over. Should they leave again, they are let go anew, or held. */
  settle(isOver: (departed: DepartedTenant) => boolean): void {
    for (const [key, known] of this.#losses) {
      if (known.isPending && isOver(departedIn(known))) this.#losses.set(key, { ...known, isPending: false })
    }
  }

  /** Those that count, the oldest first. */
  recent(elapsed: number): readonly DepartedTenant[] {
    return this.#kept(elapsed)
      .filter(({ at }) => elapsed - at < brakeWindowMs)
      .map(departedIn)
  }

  /** For the status: the latest. */
  list(elapsed: number): readonly Loss[] {
    return this.#kept(elapsed)
      .slice(-most)
      .map(({ loss, isPending }) => (isPending ? { ...loss, pending: true } : loss))
  }

  #kept(elapsed: number): readonly Known[] {
    for (const [key, { at, isPending }] of this.#losses)
      if (!isPending && elapsed - at >= brakeWindowMs) this.#losses.delete(key)
    return [...this.#losses.values()]
  }
}

function departedIn({ loss: { tenant, database } }: Known): DepartedTenant {
  const [namespace = '', name = ''] = tenant.split('/')
  return { namespace, name, database }
}
