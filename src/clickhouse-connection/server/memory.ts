import type { CheckedRight } from '../../clickhouse/accounts/account-check.ts'

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
  /** Rights that were found missing, by endpoint. */
  readonly rights: Map<string, Remembered<readonly CheckedRight[]>>
}

export function newServerMemory(): ServerMemory {
  return { identity: undefined, rights: new Map() }
}
