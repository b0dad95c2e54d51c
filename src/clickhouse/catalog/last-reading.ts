import { randomUUID } from 'node:crypto'
import type { AnswerLease } from '../endpoint/answer-budget.ts'
import { applyChange, Journal, type Change, type DatabaseView, type LiveEndpoint } from './snapshot.ts'

/** What was read last of one replica, and what we wrote there since. It counts as an answer as long as it is held. */
export class LastReading {
  readonly #journal = new Journal()
  #live: LiveEndpoint | undefined
  /** Counts what is in `#live`. */
  #lease: AnswerLease | undefined
  #uuids: Set<string> = new Set()
  #accessIsReplicated = false
  #isClosed = false

  /** As the last replica that answered said. False before the first reading. */
  get accessIsReplicated(): boolean {
    return this.#accessIsReplicated
  }

  /** What was last read, with what we wrote since. Undefined while nothing is known. */
  get databases(): ReadonlyMap<string, DatabaseView> | undefined {
    return this.#live?.databases
  }

  /** The database as it was last read, or as we wrote it since. */
  knows(database: string): DatabaseView | undefined {
    return this.#live?.databases.get(database)
  }

  /** The wish if it is known to be free, which it never is before the first reading; else a random one. */
  freeUuid(wish: string | undefined): string {
    return wish === undefined || this.#live === undefined || this.#uuids.has(wish) ? randomUUID() : wish
  }

  /**
   * Puts writes of ours that it may lack into it.
   *
   * @param takenAt when the reading began, in monotonic milliseconds
   */
  take(data: LiveEndpoint, lease: AnswerLease, takenAt: number): void {
    this.#hold(lease)
    this.#journal.apply(data, takenAt)
    this.#journal.prune(takenAt)
    this.#live = data
    this.#uuids = new Set([...data.databases.values()].map(({ uuid }) => uuid))
    this.#accessIsReplicated = data.accessStorage.replicated
  }

  /** The replica did not answer. Its uuids are still taken. */
  lose(): void {
    this.#hold(undefined)
    this.#live = undefined
  }

  /** Puts a successful write of ours into what was last read and into what is being read now. */
  wrote(change: Change, at: number): void {
    this.#journal.add(change, at)
    if (change.kind === 'database') this.#uuids.add(change.view.uuid)
    if (this.#live !== undefined) applyChange(this.#live, change)
  }

  close(): void {
    this.#isClosed = true
    this.#hold(undefined)
  }

  #hold(lease: AnswerLease | undefined): void {
    this.#lease?.close()
    this.#lease = lease
    if (this.#isClosed) lease?.close()
  }
}
