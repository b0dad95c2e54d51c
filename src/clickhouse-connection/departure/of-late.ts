/** Brings up to date who was let go, and tells what of it counts. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { brakeWindowMs, countByNamespace } from '../../tenancy/departure/brake.ts'
import { departedKey, type DepartedTenant, type Waiting } from './found/departed.ts'
import type { Inventory, RetiredDatabase } from './found/inventory.ts'
import { serverTime } from './found/server-time.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureObserved } from './observed.ts'

export interface Found<T> {
  readonly connection: Pick<ClickHouseConnection, 'status'>
  readonly endpoints: readonly EndpointView[]
  readonly inventory: Pick<Inventory, 'own' | 'named'>
  /** No other connection was first on its servers, so a mark without a name is of this one. */
  readonly isFirst: boolean
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** By the operator's clock, where no server says the time. */
  readonly now: number
  readonly departed: readonly T[]
  readonly unemptied: readonly RetiredDatabase[]
  /** Whether a tenant exists and names that database. */
  readonly lives: (departed: DepartedTenant) => boolean
}

type OfLate = Pick<
  DepartureObserved,
  'recentDepartures' | 'recentEmptyings' | 'released' | 'waitMs' | 'waitsUntil'
>

export function recall<T extends DepartedTenant & Omit<Waiting, 'letGo'>>(
  found: Found<T>,
  memory: Pick<DepartureMemory, 'losses' | 'patience'>,
): OfLate & { readonly departed: readonly (T & Pick<Waiting, 'letGo'>)[] } {
  const { endpoints, elapsed, unemptied } = found
  const { losses, patience } = memory
  // What was lost before is told by the servers' time. It can wait for them, as nothing is taken meanwhile.
  if (endpoints.some(view => view.ok)) load(found, memory)
  const { access, tables } = losses
  const emptying = unemptied.map(ownerOf)
  access.settle(isOver(found.departed, found))
  tables.settle(isOver(emptying, found))
  const departed = found.departed.map(each => ({ ...each, letGo: access.letGoAt(each) !== undefined }))
  const waiting = new Set(departed.filter(({ letGo }) => !letGo).map(departedKey))
  const released = unemptied.filter(each => isReleased(each, tables.letGoAt(ownerOf(each))))
  const waitMs = Math.max(0, (patience.until ?? elapsed) - elapsed)
  return {
    departed,
    recentDepartures: countByNamespace(
      access.recent(elapsed).filter(each => !waiting.has(departedKey(each))),
    ),
    recentEmptyings: tables.recent(elapsed),
    released: new Set(released.map(({ database }) => database)),
    waitMs,
    waitsUntil: waitMs > 0 ? patience.told : undefined,
  }
}

function load<T>(
  { connection: { status }, endpoints, inventory, isFirst, elapsed, now }: Found<T>,
  { losses, patience }: Pick<DepartureMemory, 'losses' | 'patience'>,
): void {
  if (losses.access.isLoaded) return
  const time = serverTime(endpoints).latest ?? now
  losses.access.load(status?.recentDepartures ?? [], { elapsed, time })
  losses.tables.load(status?.recentEmptyings ?? [], { elapsed, time })
  const told = parseTimestamp(status?.waitsUntil)
  const isMadeAnew = status?.databaseCount === undefined && (isFirst ? inventory.own : inventory.named) > 0
  const leftMs = told !== undefined ? told - time : isMadeAnew ? brakeWindowMs : 0
  if (leftMs <= 0) return
  patience.until = elapsed + Math.min(leftMs, brakeWindowMs)
  patience.told = toTimestamp(time + Math.min(leftMs, brakeWindowMs))
}

function ownerOf({ mark: { namespace, name }, database }: RetiredDatabase): DepartedTenant {
  return { namespace, name, database }
}

/** While an endpoint is away, it may have more of those that the others have nothing of. */
function isOver<T>(
  left: readonly DepartedTenant[],
  { endpoints, lives }: Pick<Found<T>, 'endpoints' | 'lives'>,
): (departed: DepartedTenant) => boolean {
  const keys = new Set(left.map(departedKey))
  const isComplete = endpoints.length > 0 && endpoints.every(view => view.ok)
  return departed => lives(departed) || (isComplete && !keys.has(departedKey(departed)))
}

/** A database that was retired since then has to be asked about anew. Times in a status are of whole seconds. */
function isReleased({ mark: { retiredAt = 0 } }: RetiredDatabase, letGoAt: number | undefined): boolean {
  return letGoAt !== undefined && letGoAt + 999 >= retiredAt
}
