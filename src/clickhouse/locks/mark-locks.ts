import { KeyedMutex } from './keyed-mutex.ts'
import type { Server } from '../server.ts'

/** What some work on a database rests on. */
export interface RestsOn {
  readonly server: Pick<Server, 'identityOf'>
  readonly database: string
  /** Its comment by the URL of an endpoint. */
  readonly expected: ReadonlyMap<string, string>
}

/**
 * Runs one after the other what rests on the same mark, so that nobody changes it between another's look at it and what
 * follows from that. Two connections may lead to one server, so the server counts, by its uuid, and not the connection.
 *
 * Work that rests on another mark of the same name need not wait: of the two, one finds that it is not so. And it must
 * not: anybody may have a slow server say that it is this one, but not that the marks on this one are its own.
 */
export class MarkLocks {
  readonly #mutex = new KeyedMutex()

  /** As `KeyedMutex.run`, under all marks that `work` rests on. */
  async run<T>(
    { server, database, expected }: RestsOn,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const marks = [...expected].map(([url, comment]) => [server.identityOf(url) ?? '', database, comment])
    // In one order for all, so that no two wait for each other.
    const keys = [...new Set(marks.map(mark => JSON.stringify(mark)))].sort()
    return await this.#runUnder(keys, work, signal)
  }

  async #runUnder<T>(
    [key, ...rest]: readonly string[],
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    if (key === undefined) return await work()
    return await this.#mutex.run(key, () => this.#runUnder(rest, work, signal), signal)
  }
}
