import type { Table } from '../../tenancy/departure/retired-tables.ts'
import type { ServerObserved } from '../server/observed.ts'
import type { Departed } from './departed.ts'
import type { DatabasesByEndpoint, Inventory, RetiredDatabase } from './inventory.ts'
import type { FailedTask } from './retries.ts'

/** A retired database that is due, as a look has just found it. */
export interface Emptiable extends RetiredDatabase {
  readonly tables: readonly (Table & { readonly engine: string })[]
  /** 0 is no limit. */
  readonly maxTableBytes: number
}

/** The tenants that are gone, and what they left. */
export interface DepartureObserved extends Pick<ServerObserved, 'connection' | 'endpoints'> {
  readonly installation: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Monotonic milliseconds. */
  readonly elapsed: number
  readonly inventory: Inventory
  readonly departed: readonly Departed[]
  /** When access was taken from tenants that are not in `departed`, in monotonic milliseconds. */
  readonly recentDepartures: readonly number[]
  readonly emptiable: readonly Emptiable[]
  /** Databases of departed tenants that are left as they are, as nobody can tell which connection has to act. */
  readonly unclear: readonly string[]
  /** Databases that the reader may still read after a REVOKE, so that another would do no more. */
  readonly unrevokable: DatabasesByEndpoint
  /** By the key of the task. */
  readonly failed: ReadonlyMap<string, FailedTask>
}
