import { sleep, type Clock } from '../../core/clock.ts'
import { noFence, type Fence } from '../../core/fence.ts'
import type { Random } from '../../core/random.ts'
import { userAgentOf } from '../../core/version.ts'
import type { Call } from './call.ts'
import { CurrentChannels } from './channels.ts'
import type { Access, AccessSource } from '../access/access.ts'
import { Credentials } from '../access/credentials.ts'
import { unlessAborted } from '../../core/abort.ts'
import { Deadline } from './deadline.ts'
import { exchange, type Answer } from './exchange.ts'
import { errorOf, toKubeError, waitBeforeRetry } from './failure.ts'
import { parseJsonLines } from './json-lines.ts'
import { RateLimiter } from './rate-limit.ts'
import { requestOf } from './request-of.ts'

export interface TransportMetrics {
  /** @param code HTTP status, or `lost` when no answer came */
  apiRequest(
    labels: { readonly verb: string; readonly resource: string; readonly code: string },
    seconds: number,
  ): void
}

export interface TransportOptions {
  readonly access: AccessSource
  readonly clock: Clock
  readonly random: Random
  readonly metrics?: TransportMetrics
  /** How many calls a second, and how many at once. `perSecond: 0` is no limit. Default 100 and 200. */
  readonly rateLimit?: { readonly perSecond: number; readonly burst: number }
  /** Connections for calls; watches have their own. Default 24. */
  readonly connections?: number
  readonly deadlineMs?: number
  /** Default: the operator's. */
  readonly userAgent?: string
  /** Asked before each write. */
  readonly fence?: Fence
  /** Told of each answer, with the monotonic time at which its call was sent, and the HTTP status. */
  readonly onAnswer?: (sentAt: number, status: number) => void
}

const defaultDeadlineMs = 15_000
const mostAttempts = 4

/**
 * Speaks HTTP with one API server as one user.
 *
 * Every call ends by its deadline, which begins once there are credentials. A write is sent a second time only when the
 * first was surely not carried out: after 429, 503 with Retry-After, 401, or without a connection. Otherwise it fails
 * with `uncertain`.
 * Throws KubeError, or the signal's reason when the caller aborts.
 */
export class Transport {
  readonly #options: TransportOptions
  readonly #clock: Clock
  readonly #credentials: Credentials
  readonly #limiter: RateLimiter
  readonly #userAgent: string
  readonly #channels: CurrentChannels

  constructor(options: TransportOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#credentials = new Credentials(options.access, options.clock)
    this.#limiter = new RateLimiter(options.clock, options.rateLimit ?? { perSecond: 100, burst: 200 })
    this.#userAgent = options.userAgent ?? userAgentOf('lenskeeper')
    this.#channels = new CurrentChannels(options.connections ?? 24)
  }

  /**
   * Reads the credentials, if they never were. The first call does so by itself, before its deadline begins: a plug-in
   * may ask a person.
   *
   * @throws KubeconfigError where only a person can help; another Error where it may help to try again
   */
  async logIn(signal: AbortSignal): Promise<void> {
    if (!this.#credentials.known) await unlessAborted(this.#credentials.current(), signal)
  }

  /** Gives the parsed answer. The caller claims its type; the API server's schema makes it true. */
  async request<T>(call: Call, signal: AbortSignal): Promise<T> {
    const deadline = await this.#begin(call, signal)
    try {
      const answer = await this.#attempts(call, deadline)
      return JSON.parse(answer.body) as T
    } catch (error) {
      signal.throwIfAborted()
      throw toKubeError(error, call)
    } finally {
      deadline.close()
    }
  }

  /**
   * Gives the parsed lines of an answer as they come, until the server ends it. An abort closes the socket at once.
   * Only a 401 is retried: callers have a backoff of their own.
   *
   * @param onOpen called when the answer has begun
   */
  async *stream(call: Call, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<unknown, void, void> {
    const deadline = await this.#begin(call, signal)
    try {
      const body = await this.#openStream(call, deadline.signal)
      deadline.stopClock()
      onOpen?.()
      try {
        yield* parseJsonLines(body)
      } finally {
        body.destroy()
      }
    } catch (error) {
      signal.throwIfAborted()
      throw toKubeError(error, call)
    } finally {
      deadline.close()
    }
  }

  /** Closes all connections; calls and streams under way fail. */
  async close(): Promise<void> {
    this.#credentials.close()
    await this.#channels.close()
  }

  async #begin(call: Call, signal: AbortSignal): Promise<Deadline> {
    try {
      await this.logIn(signal)
    } catch (error) {
      signal.throwIfAborted()
      throw toKubeError(error, call)
    }
    const ms = call.deadlineMs ?? this.#options.deadlineMs ?? defaultDeadlineMs
    return new Deadline(this.#clock, Math.min(ms, await this.#allowedMs(call, signal)), signal)
  }

  /** Of a write, how long it may take at most. */
  async #allowedMs(call: Call, signal: AbortSignal): Promise<number> {
    const { fence = noFence } = this.#options
    return isWrite(call) ? await fence.allow(signal) : Number.POSITIVE_INFINITY
  }

  async #attempts(call: Call, deadline: Deadline): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      await this.#limiter.take(deadline.signal)
      try {
        return await this.#authorized(call, deadline)
      } catch (error) {
        const waitMs = waitBeforeRetry(error, call, attempt, this.#options.random)
        if (waitMs === undefined || attempt >= mostAttempts || waitMs >= deadline.remainingMs()) throw error
        await sleep(this.#clock, waitMs, deadline.signal)
      }
    }
  }

  /** Tries a refused login once more, with credentials read anew. That is safe, as the server has done nothing. */
  async #authorized(call: Call, deadline: Deadline): Promise<Answer> {
    const { signal } = deadline
    const access = this.#credentials.cached ?? (await unlessAborted(this.#credentials.current(), signal))
    const answer = await this.#exchange(call, access, deadline)
    if (answer.status < 300) return answer
    if (answer.status !== 401) throw errorOf(answer, call)
    const renewed = await unlessAborted(this.#credentials.renew(access), signal)
    const second = await this.#exchange(call, renewed, deadline)
    if (second.status < 300) return second
    throw errorOf(second, call)
  }

  async #exchange(call: Call, access: Access, deadline: Deadline): Promise<Answer> {
    const channels = this.#channels.for(access)
    const started = this.#clock.monotonic()
    const { fence = noFence } = this.#options
    // A process that stood still goes on with its connections first, and with its timers after that.
    const isAllowed = (): boolean => !isWrite(call) || (fence.isOpen && deadline.remainingMs() > 0)
    try {
      const request = { ...requestOf(call, access, { channels, userAgent: this.#userAgent }), isAllowed }
      const answer = await exchange(channels.calls, request, deadline.signal)
      this.#measure(call, String(answer.status), started)
      this.#options.onAnswer?.(started, answer.status)
      return answer
    } catch (error) {
      this.#measure(call, 'lost', started)
      throw error
    }
  }

  async #openStream(call: Call, signal: AbortSignal) {
    await this.#limiter.take(signal)
    let access = this.#credentials.cached ?? (await unlessAborted(this.#credentials.current(), signal))
    for (let attempt = 1; ; attempt++) {
      const channels = this.#channels.for(access)
      const started = this.#clock.monotonic()
      const request = {
        ...requestOf(call, access, { channels, userAgent: this.#userAgent }),
        body: null,
        signal,
      }
      const { statusCode, headers, body } = await unlessAborted(channels.watches.request(request), signal)
      this.#measure(call, String(statusCode), started)
      if (statusCode < 300) return body
      const answer = { status: statusCode, headers, body: await body.text() }
      if (statusCode !== 401 || attempt > 1) throw errorOf(answer, call)
      access = await unlessAborted(this.#credentials.renew(access), signal)
    }
  }

  #measure(call: Call, code: string, started: number): void {
    const labels = { verb: call.verb ?? call.method.toLowerCase(), resource: call.resource ?? 'other', code }
    this.#options.metrics?.apiRequest(labels, (this.#clock.monotonic() - started) / 1000)
  }
}

function isWrite({ method }: Call): boolean {
  return method !== 'GET'
}
