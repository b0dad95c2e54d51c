import type { Clock } from '../core/clock.ts'
import type { ClickHouseErrorCode } from './error-codes.ts'
import { ClickHouseError } from './errors.ts'

export type AccessVerb = 'grant' | 'revoke'

export interface GrantWriterOptions {
  readonly clock: Clock
  /** Sends one statement for these databases; rejects with ClickHouseError. */
  readonly run: (verb: AccessVerb, databases: readonly string[], signal: AbortSignal) => Promise<void>
}

/** How long the first of a statement waits at most for others. What comes while one is under way waits for that. */
const windowMs = 20
const maxBatch = 500

interface Waiting {
  readonly verb: AccessVerb
  readonly database: string
  /** Monotonic milliseconds. */
  readonly since: number
  readonly settle: (error?: Error) => void
}

/**
 * The one writer of the reader's grants at one endpoint. A GRANT rewrites the whole user, so what arrives within a
 * few milliseconds goes out as one statement, and never two at once.
 *
 * A refusal is narrowed down by halves, so that each caller gets the answer for its own database. A time-out or a
 * lost connection says nothing about any single one: all that wait for the statement get that error.
 */
export class GrantWriter {
  readonly #options: GrantWriterOptions
  readonly #closed = new AbortController()
  #queue: Waiting[] = []
  #cancelTimer: (() => void) | undefined
  #writing = false

  constructor(options: GrantWriterOptions) {
    this.#options = options
  }

  /**
   * Resolves once the server has confirmed. Statements for one database keep their order. If `signal` aborts before
   * the statement is sent, it is not sent. Later, only the waiting ends, and the error is marked uncertain.
   */
  submit(verb: AccessVerb, database: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#closed.signal.aborted) return reject(givenUp(false))
      const onAbort = (): void => {
        const queued = this.#queue.includes(waiting)
        this.#queue = this.#queue.filter(other => other !== waiting)
        waiting.settle(givenUp(!queued))
      }
      const waiting: Waiting = {
        verb,
        database,
        since: this.#options.clock.monotonic(),
        settle: error => {
          signal.removeEventListener('abort', onAbort)
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#queue.push(waiting)
      this.#wake()
    })
  }

  /** Rejects what has not been sent and stops waiting for what has. */
  close(): void {
    this.#closed.abort()
    this.#cancelTimer?.()
    for (const waiting of this.#queue.splice(0)) waiting.settle(givenUp(false))
  }

  #wake(): void {
    const [first] = this.#queue
    if (this.#writing || first === undefined) return
    const { clock } = this.#options
    const waitMs = this.#queue.length >= maxBatch ? 0 : first.since + windowMs - clock.monotonic()
    if (waitMs > 0) this.#cancelTimer ??= clock.after(waitMs, () => void this.#write())
    else void this.#write()
  }

  async #write(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#writing) return
    this.#writing = true
    const batch = this.#take()
    const [first] = batch
    if (first !== undefined) await this.#send(first.verb, batch)
    this.#writing = false
    this.#wake()
  }

  /** Takes the first one, and of those with the same verb as many as fit. None overtakes another of its database. */
  #take(): Waiting[] {
    const verb = this.#queue[0]?.verb
    const batch: Waiting[] = []
    const blocked = new Set<string>()
    const databases = new Set<string>()
    const rest: Waiting[] = []
    for (const waiting of this.#queue) {
      const full = databases.size >= maxBatch && !databases.has(waiting.database)
      if (waiting.verb === verb && !blocked.has(waiting.database) && !full) {
        databases.add(waiting.database)
        batch.push(waiting)
      } else {
        blocked.add(waiting.database)
        rest.push(waiting)
      }
    }
    this.#queue = rest
    return batch
  }

  async #send(verb: AccessVerb, batch: readonly Waiting[]): Promise<void> {
    const databases = [...new Set(batch.map(({ database }) => database))]
    try {
      await this.#options.run(verb, databases, this.#closed.signal)
      for (const waiting of batch) waiting.settle()
    } catch (error) {
      if (databases.length === 1 || !concernsOneDatabase(error)) {
        for (const waiting of batch) waiting.settle(error as Error)
        return
      }
      const first = new Set(databases.slice(0, Math.ceil(databases.length / 2)))
      await this.#send(
        verb,
        batch.filter(({ database }) => first.has(database)),
      )
      await this.#send(
        verb,
        batch.filter(({ database }) => !first.has(database)),
      )
    }
  }
}

/** Refusals of the whole statement: no part of it could succeed. */
const shared: ReadonlySet<ClickHouseErrorCode> = new Set([
  'readerMissing',
  'accessStorageReadOnly',
  'authenticationFailed',
  'settingRefused',
  'aborted',
])

function concernsOneDatabase(error: unknown): boolean {
  return error instanceof ClickHouseError && !error.uncertain && !error.retryable && !shared.has(error.code)
}

function givenUp(sent: boolean): ClickHouseError {
  return new ClickHouseError('aborted', 'gave up changing the reader’s grants', { uncertain: sent })
}
