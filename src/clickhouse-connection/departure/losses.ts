/** What departed tenants lost of late. */
import type { ClickHouseConnectionStatus } from '../../api/clickhouse-connection.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { brakeWindowMs } from '../../tenancy/departure/sweep-limit.ts'
import { departedKey, type DepartedTenant } from './found/departed.ts'

export type RecentLosses = Pick<ClickHouseConnectionStatus, 'recentDepartures' | 'recentEmptyings'>
type Loss = NonNullable<RecentLosses['recentDepartures']>[number]

interface Now {
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** Milliseconds since the epoch, by a clock that goes on over a restart. */
  readonly time: number
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

/**
 * Remembers who lost something within the brake's window, so that many one after the other count like many at once. The
 * status has a copy, from which the next process goes on: a restart must not begin the count anew.
 */
export class Losses {
  readonly #losses = new Map<string, { readonly loss: Loss; readonly at: number }>()
  #isLoaded = false

  /** Takes over, once, what an earlier process knew. */
  load(known: readonly Loss[], { elapsed, time }: Now): void {
    if (this.#isLoaded) return
    this.#isLoaded = true
    for (const loss of known) {
      // A clock that was set back makes it later, never younger than now.
      const age = Math.max(0, time - (parseTimestamp(loss.at) ?? time))
      this.#losses.set(`${loss.tenant} ${loss.database}`, { loss, at: elapsed - age })
    }
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** @returns whether that is news */
  note(departed: DepartedTenant, { elapsed, time }: Now): boolean {
    const key = departedKey(departed)
    const isNews = !this.#losses.has(key)
    const { namespace, name, database } = departed
    const loss = { tenant: `${namespace}/${name}`, database, at: toTimestamp(time) }
    if (isNews) this.#losses.set(key, { loss, at: elapsed })
    return isNews
  }

  /** It has lost nothing after all. */
  forget(departed: DepartedTenant): void {
    this.#losses.delete(departedKey(departed))
  }

  /** The latest, the oldest first. */
  recent(elapsed: number): readonly Loss[] {
    for (const [key, { at }] of this.#losses) if (elapsed - at >= brakeWindowMs) this.#losses.delete(key)
    return [...this.#losses.values()].map(({ loss }) => loss).slice(-most)
  }
}
