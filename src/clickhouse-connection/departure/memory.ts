import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { ObjectKey } from '../../api/object.ts'
import { putNewest } from '../../core/newest.ts'
import { Doubts } from './found/doubts.ts'
import { departedKey, type Waiting, type DepartedTenant } from './found/departed.ts'
import { retiredKey, urlOf, type Inventory } from './found/inventory.ts'
import { Losses } from './losses.ts'
import type { Takes } from './plan.ts'
import { Retries } from './retries.ts'

export interface DepartureMemory {
  readonly departures: Departures
  readonly losses: LossMemory
  readonly patience: Patience
  /** `retiredKey` of databases that were found empty. */
  readonly emptied: Set<string>
  /** `retiredKey` of databases of which nobody can tell whose they are: whether they have tables. */
  readonly remains: Map<string, boolean>
  readonly retries: Retries
  /** About retired databases that somebody may claim. */
  readonly doubts: Doubts
}

/** Who was let go, of access and of tables. */
export type LossMemory = Readonly<Record<Takes, Losses>>

/** Until when nobody is let go, as it is not known who was of late; undefined when it is known. */
export interface Patience {
  /** Monotonic milliseconds. */
  until: number | undefined
  /** The same for the status. */
  told: string | undefined
}

/** @param losses what is known from an earlier object of that name */
export function newDepartureMemory(
  losses: LossMemory = { access: new Losses(), tables: new Losses() },
): DepartureMemory {
  return {
    departures: new Departures(),
    losses,
    patience: { until: undefined, told: undefined },
    emptied: new Set(),
    remains: new Map(),
    retries: new Retries(),
    doubts: new Doubts(),
  }
}

/**
 * Forgets databases that are retired no more on an endpoint that shows it. Whoever runs the server may name others at
 * each look.
 */
export function forgetGone(
  endpoints: readonly EndpointView[],
  { retired, unclear }: Pick<Inventory, 'retired' | 'unclear'>,
  { emptied, remains }: DepartureMemory,
): void {
  const left = new Set([...retired, ...unclear].map(retiredKey))
  const away = new Set(endpoints.flatMap(view => (view.ok ? [] : [view.url])))
  for (const known of [emptied, remains]) {
    for (const key of known.keys()) if (!left.has(key) && !away.has(urlOf(key))) known.delete(key)
  }
}

/**
 * A list lacks the tenant. Perhaps it never left, so nothing that was known of it before makes it go any sooner.
 *
 * @param at.most how many are remembered
 */
export function noteMissing(
  tenant: DepartedTenant,
  { departures, losses, doubts }: DepartureMemory,
  { elapsed, most }: { readonly elapsed: number; readonly most: number },
): void {
  departures.doubt(tenant)
  losses.access.leavesAnew(tenant)
  losses.tables.leavesAnew(tenant)
  doubts.noteMissing(tenant.database, elapsed, most)
}

/** How long to remember a departure that the watch told of: the tenant's last statements may come after it. */
const noteMs = 5 * 60_000

/**
 * So many departures are remembered at most while an endpoint is away and nobody can tell what is left of them. A
 * namespace may have tenants come and go without end, and a server may name any.
 */
const mostRemembered = 20_000
/** Each connection remembers at least so many, and one that leads nowhere fewer. */
const leastRemembered = 500
const mostOfIdle = 100

/**
 * How many departures one connection remembers: all of them share what there is, as each notes every departure. For one
 * that is forgotten the grace begins when it is seen.
 *
 * @param open how many connections have a server
 */
export function mostNotes(open: number, hasServer: boolean): number {
  if (!hasServer) return mostOfIdle
  return Math.min(mostRemembered, Math.max(leastRemembered, Math.floor((2 * mostRemembered) / open)))
}

/** Remembers since when tenants are gone, and which deletions the watch has shown. */
export class Departures {
  readonly #since = new Map<string, Sighted>()
  readonly #noted = new Map<string, Sighted & { readonly connection: ObjectKey | undefined }>()

  /**
   * @param connection the one whose key the tenant named, where that is known
   * @param most how many are remembered, this one among them
   */
  note(
    departed: DepartedTenant,
    elapsed: number,
    connection?: ObjectKey,
    most: number = mostRemembered,
  ): void {
    putNewest(this.#noted, departedKey(departed), { departed, connection, at: elapsed }, most)
  }

  connectionOf(departed: DepartedTenant): ObjectKey | undefined {
    return this.#noted.get(departedKey(departed))?.connection
  }

  /**
   * Brings the memory up to date with the tenants that are gone now.
   *
   * @param sight.complete whether every endpoint was seen. Then nothing is left of tenants that are not among these
   * @param sight.lives whether a tenant exists and names that database. Then it never left, or is back
   */
  update<T extends DepartedTenant>(
    departed: readonly T[],
    { elapsed, complete, lives }: Sight,
  ): readonly (T & Omit<Waiting, 'letGo'>)[] {
    const keys = new Set(departed.map(departedKey))
    const forget = (known: Map<string, Sighted>, keepMs: number): void => {
      for (const [key, { departed: tenant, at }] of known) {
        const isKnown = complete || known.size > mostRemembered
        const nothingLeft = isKnown && !keys.has(key) && elapsed - at >= keepMs
        if (nothingLeft || lives(tenant)) known.delete(key)
      }
    }
    forget(this.#since, 0)
    forget(this.#noted, noteMs)
    return departed.map(each => {
      const key = departedKey(each)
      const since = this.#since.get(key)?.at ?? this.#noted.get(key)?.at ?? elapsed
      this.#since.set(key, { departed: each, at: since })
      return { ...each, since, noted: this.#noted.has(key) }
    })
  }

  /** Notes that a tenant may not have left after all. If it has, its grace begins anew. */
  doubt(departed: DepartedTenant): void {
    this.#since.delete(departedKey(departed))
    this.#noted.delete(departedKey(departed))
  }
}

interface Sighted {
  readonly departed: DepartedTenant
  readonly at: number
}

interface Sight {
  readonly elapsed: number
  readonly complete: boolean
  readonly lives: (departed: DepartedTenant) => boolean
}
