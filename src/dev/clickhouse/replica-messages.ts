import type { StoredAuthentication } from './rights/access-state.ts'
import type { Fault } from './http/faults.ts'
import type { StatementRecord } from './http/front.ts'

/** What a replica is told at its start: over the channel, as every user of the machine can read arguments. */
export interface ReplicaSetup {
  readonly directory: string
  readonly port: number
  readonly admin: { readonly username: string; readonly authentication: StoredAuthentication }
  readonly settings: Readonly<Record<string, string>>
}

/** What a replica says of itself with each answer to its parent. */
export interface ReplicaState {
  readonly port: number
  /** Statements that a fault holds back at this moment. */
  readonly held: number
}

/** From the parent. The replica answers each by a `done` with the same `id`. */
export type Command =
  | { readonly id: number; readonly type: 'start'; readonly setup: ReplicaSetup }
  | { readonly id: number; readonly type: 'faults'; readonly faults: readonly Fault[] }
  /** The `done` comes after the records of all statements answered until now. */
  | { readonly id: number; readonly type: 'flush' }
  | { readonly id: number; readonly type: 'stop' }

/** From the replica. */
export type Report =
  | ({ readonly type: 'done'; readonly id: number; readonly error?: string } & ReplicaState)
  | { readonly type: 'statement'; readonly statement: StatementRecord }
