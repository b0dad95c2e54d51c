import type { CheckedRight } from '../../clickhouse/accounts/checked-right.ts'

/** The answer to a costly question, with what it was asked about and when. */
export interface Remembered<T> {
  readonly about: string
  /** Monotonic milliseconds. */
  readonly at: number
  readonly answer: T
}

export interface ServerMemory {
  /** A digest of the endpoints and the account that the server was opened with. */
  identity: string | undefined
  /** Rights of the account that were found missing, by endpoint. */
  readonly rights: Map<string, Remembered<readonly CheckedRight[]>>
  /** The same for rights on single databases. Names come and go, and the others are not asked again for that. */
  readonly singleRights: Map<string, Remembered<readonly CheckedRight[]>>
  /** When the last run ended that read an endpoint and did all that it had to: milliseconds since the epoch. */
  syncedAt: number | undefined
  /** When the first run began, whatever came of it: milliseconds since the epoch. */
  firstLookAt: number | undefined
}

export function newServerMemory(): ServerMemory {
  return {
    identity: undefined,
    rights: new Map(),
    singleRights: new Map(),
    syncedAt: undefined,
    firstLookAt: undefined,
  }
}
