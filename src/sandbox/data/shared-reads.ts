import type { Row } from '../../clickhouse/endpoint/answer.ts'
import type { BoundConnection } from '../connector/bound-connection.ts'

/** Viewers who ask the same of a connection at the same time share one read. Nothing outlives it: this is no cache. */
export class SharedReads {
  readonly #running = new WeakMap<BoundConnection, Map<string, Promise<readonly Row[]>>>()

  /** A read goes on when a viewer leaves, as others may wait for it. @throws ClickHouseError */
  read(connection: BoundConnection, sql: string): Promise<readonly Row[]> {
    const running = this.#running.get(connection) ?? new Map<string, Promise<readonly Row[]>>()
    this.#running.set(connection, running)
    const shared = running.get(sql)
    if (shared !== undefined) return shared
    const read = connection.read(sql, nobodysSignal).finally(() => running.delete(sql))
    running.set(sql, read)
    return read
  }
}

/** The endpoint's own time-out ends it. */
const nobodysSignal = new AbortController().signal
