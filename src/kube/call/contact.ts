/** Whether the API server is in reach, and so whether what was heard from it may still be acted on. */
import { unlessAborted } from '../../core/abort.ts'
import { sleep, type Clock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import type { Fence } from '../../core/fence.ts'
import type { Call } from './call.ts'

export interface ContactOptions {
  readonly clock: Clock
  /** After so many milliseconds without an answer, nothing is done elsewhere. */
  readonly silenceMs: number
  /** Sends a call that needs no rights. It may fail. */
  readonly ask: (call: Call, signal: AbortSignal) => Promise<unknown>
}

const askAgainMs = 1_000

/**
 * What others are told rests on what the API server says. Cut off from it, this process does not know what has been
 * withdrawn since. Who wants to go on after a silence waits for an answer, as long as the silence may last.
 */
export class Contact implements Fence {
  readonly #options: ContactOptions
  readonly #closed = new AbortController()
  #heardAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | undefined

  constructor(options: ContactOptions) {
    this.#options = options
  }

  /**
   * An answer came. What stands before an API server answers 5xx in its place, and whom it does not know (401) it tells
   * nothing.
   *
   * @param sentAt monotonic: an answer that has lain about says nothing of the time since its question
   * @param status of HTTP
   */
  heard(sentAt: number, status: number): void {
    if (status < 500 && status !== 401) this.#heardAt = Math.max(this.#heardAt, sentAt)
  }

  get isOpen(): boolean {
    return this.#options.clock.monotonic() - this.#heardAt < this.#options.silenceMs
  }

  async allow(signal: AbortSignal): Promise<number> {
    if (!this.isOpen) await this.#untilHeard(signal)
    return Number.POSITIVE_INFINITY
  }

  close(): void {
    this.#closed.abort(new CodedError('stopped', 'the operator was stopped'))
  }

  async #untilHeard(signal: AbortSignal): Promise<void> {
    const { clock, silenceMs } = this.#options
    const giveUpAt = clock.monotonic() + silenceMs
    for (;;) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      await unlessAborted(this.#asking, signal)
      if (this.isOpen) return
      if (clock.monotonic() >= giveUpAt)
        throw new CodedError('silent', silence(silenceMs), { retryable: true })
      await sleep(clock, askAgainMs, signal)
    }
  }

  /** One question serves all who wait. */
  async #ask(): Promise<void> {
    const call = { method: 'GET', path: '/version', verb: 'get', resource: 'version' } as const
    const deadlineMs = this.#options.silenceMs / 2
    await this.#options.ask({ ...call, deadlineMs }, this.#closed.signal).catch(() => undefined)
  }
}

function silence(ms: number): string {
  return `the API server has not been heard from for ${ms / 1000} s`
}
