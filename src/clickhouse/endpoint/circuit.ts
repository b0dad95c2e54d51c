import type { Clock } from '../../core/clock.ts'
import { jitter, type Random } from '../../core/random.ts'
import type { ClickHouseErrorCode } from '../error-codes.ts'
import { ClickHouseError } from '../errors.ts'

export interface CircuitOptions {
  readonly clock: Clock
  readonly random: Random
  /** Asks the endpoint for a sign of life; rejects with ClickHouseError. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  /** Called when the endpoint is found down, or back. */
  readonly onChange: () => void
}

const firstPauseMs = 2_000
const longestPauseMs = 15_000
/** A wrong password is tried seldom, as accounts get locked. A new Secret makes a new circuit. */
const wrongPasswordPauseMs = 60_000

/**
 * Remembers that an endpoint is down. Callers then get the known error at once instead of a time-out each. A single
 * probe, at growing intervals, finds out when it is back.
 */
export class Circuit {
  readonly #options: CircuitOptions
  readonly #closed = new AbortController()
  #down: ClickHouseError | undefined
  #retryAt = 0
  #pauseMs = firstPauseMs
  #cancelTimer: () => void = () => undefined

  constructor(options: CircuitOptions) {
    this.#options = options
  }

  /** The error to give at once. Undefined: the endpoint may be asked. */
  get known(): ClickHouseError | undefined {
    if (this.#down === undefined) return undefined
    const retryAfterMs = Math.max(0, this.#retryAt - this.#options.clock.monotonic())
    const { code, message, serverCode, network } = this.#down
    return new ClickHouseError(code, message, { serverCode, network, retryAfterMs })
  }

  /** Takes note of how a request ended. */
  note(outcome: ClickHouseError | 'ok'): void {
    if (this.#closed.signal.aborted) return
    if (outcome === 'ok' || !showsDown(outcome)) {
      if (outcome !== 'ok' && outcome.serverCode === undefined) return
      if (this.#down !== undefined) this.#recovered()
      return
    }
    const before = this.#down
    this.#down = outcome
    if (before === undefined) this.#pauseMs = firstPauseMs
    if (before === undefined || before.code !== outcome.code) this.#options.onChange()
    if (before === undefined) this.#schedule()
  }

  close(): void {
    this.#closed.abort()
    this.#cancelTimer()
  }

  #recovered(): void {
    this.#down = undefined
    this.#cancelTimer()
    this.#options.onChange()
  }

  #schedule(): void {
    const { clock, random } = this.#options
    const pause = this.#down?.code === 'authenticationFailed' ? wrongPasswordPauseMs : this.#pauseMs
    const ms = jitter(pause, 0.2, random)
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
    this.#retryAt = clock.monotonic() + ms
    // Two probes must not run side by side: one may fail just after another caller got through.
    this.#cancelTimer()
    this.#cancelTimer = clock.after(ms, () => void this.#probe())
  }

  async #probe(): Promise<void> {
    const outcome = await this.#options.probe(this.#closed.signal).then(
      () => 'ok' as const,
      (error: unknown) => error as ClickHouseError,
    )
    if (this.#closed.signal.aborted) return
    this.note(outcome)
    if (this.#down !== undefined) this.#schedule()
  }
}

const downCodes: ReadonlySet<ClickHouseErrorCode> = new Set([
  'unreachable',
  'tlsFailed',
  'authenticationFailed',
])

function showsDown(error: ClickHouseError): boolean {
  // A time-out that the server itself reports shows that it is alive.
  return downCodes.has(error.code) || (error.code === 'timeout' && error.serverCode === undefined)
}
