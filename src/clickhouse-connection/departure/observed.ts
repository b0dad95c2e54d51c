import type { TableTotals } from '../../clickhouse/catalog/tables.ts'
import type { Table } from '../../tenancy/departure/retired-tables.ts'
import type { ServerObserved } from '../server/observed.ts'
import type { Counts } from '../../tenancy/departure/brake.ts'
import type { Departed, DepartedTenant } from './found/departed.ts'
import type { Inventory, RetiredDatabase } from './found/inventory.ts'
import type { FailedTask } from './retries.ts'

/** What is in a retired database on one endpoint, as a look has just found it. */
export interface Filled extends TableTotals {
  readonly url: string
  readonly database: string
  /** The server drops no larger table; 0 is no limit. */
  readonly maxTableBytes: number
}

/** A retired database that may be emptied now. */
export interface Emptiable extends RetiredDatabase {
  readonly tables: readonly (Table & { readonly engine: string })[]
}

/** The tenants that are gone, and what they left. */
export interface DepartureObserved extends Pick<ServerObserved, 'connection' | 'endpoints'> {
  readonly installation: string
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** By the operator's clock, in milliseconds since the epoch. */
  readonly now: number
  readonly inventory: Inventory
  readonly departed: readonly Departed[]
  /** How many were let go of late, without those of `departed` that wait. */
  readonly recentDepartures: Counts
  /** Whose databases were let go of late. */
  readonly recentEmptyings: readonly DepartedTenant[]
  /** For so long nobody else is let go, as it is not known who was before. */
  readonly waitMs: number
  /** Until when that is, for the status; undefined when nobody waits. */
  readonly waitsUntil: string | undefined
  /** Retired databases that are not known to be empty. */
  readonly unemptied: readonly RetiredDatabase[]
  /** Those of them that a tenant names which exists and may have them, or may be allowed to. */
  readonly claimed: ReadonlySet<string>
  /** Those of them that once were let go, so that no later look holds them back half-done. */
  readonly released: ReadonlySet<string>
  /** A person asks for all of them, now: neither their time nor the brake counts. */
  readonly anyTime: boolean
  /** What is in those whose time has come or is near. */
  readonly filled: readonly Filled[]
  readonly emptiable: readonly Emptiable[]
  /** Databases of departed tenants that are left as they are, as nobody can tell which connection has to act. */
  readonly unclear: readonly string[]
  /** By the key of the task. */
  readonly failed: ReadonlyMap<string, FailedTask>
}
