import type { ObjectKey, KubeObject } from '../../../api/object.ts'
import { type Clock, sleep } from '../../../core/clock.ts'
import { CodedError, codeOf } from '../../../core/errors.ts'
import type { Random } from '../../../core/random.ts'
import type { Logger } from '../../../telemetry/log.ts'
import { type BackoffRange, fullJitter } from '../../backoff.ts'
import type { Feed } from '../feed.ts'
import { Latch } from './latch.ts'
import { noMetrics, type RuntimeMetrics } from '../../metrics.ts'
import type { ListWatch } from '../list-watch.ts'
import {
  afterBreak,
  afterEnd,
  afterFailure,
  type BackingOff,
  type CatchingUp,
  catchingUp,
  type Listing,
  type ReflectorState,
  type Resumable,
  type Watching,
} from './reflector-state.ts'
import type { Store } from '../store.ts'
import { takeList } from './take-list.ts'
import { lookEveryMs, planWatch } from './watch-plan.ts'
import { catchUp, followWatch } from './watch-session.ts'

export interface ReflectorOptions<T extends KubeObject> {
  readonly name: string
  readonly source: ListWatch<T>
  readonly store: Store<T>
  /**
   * The keys that the source would show if they existed. A list proves only these deleted. Needed if several reflectors
   * feed one store, such as one a namespace. Default: all.
   */
  readonly covers?: (key: ObjectKey) => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics?: RuntimeMetrics
}

const backoffRange: BackoffRange = { baseMs: 800, maxMs: 30_000 }
const longestRetryAfterMs = 300_000
const healthyMs = 120_000
/** After a shorter watch there is a pause. Otherwise watches that end at once, in order, would be a hot loop. */
const shortWatchMs = 1_000

/**
 * Keeps a store equal to what the API server has: list, then watch, for ever.
 *
 *     listing --> watching <--> backing-off
 *        ^           v             |
 *        '------ catching-up <-----'
 *
 * Only `stop` ends it, no error does. `start` and `stop` may be called at any time, and any number of times. Once
 * `stop` has resolved, no request, timer or subscription is left.
 */
export class Reflector<T extends KubeObject> {
  readonly name: string
  readonly #options: ReflectorOptions<T>
  readonly #metrics: RuntimeMetrics
  readonly #synced = new Latch()
  #state: ReflectorState = { kind: 'stopped' }
  #life: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined
  /** Resolves when the last run has ended. A new one begins only then. */
  #lastEnded: Promise<void> = Promise.resolve()
  #attempt = 0
  #healthySince: number | undefined
  /** Sooner there is no list only because watches end early. */
  #looksFrom = 0
  #failingWith: string | undefined

  constructor(options: ReflectorOptions<T>) {
    this.name = options.name
    this.#options = options
    this.#metrics = options.metrics ?? noMetrics
  }

  get state(): ReflectorState {
    return this.#state
  }

  /** True once the first list is in the store. False again after `stop`. */
  get hasSynced(): boolean {
    return this.#synced.isOpen
  }

  start(): void {
    if (this.#life !== undefined) return
    const abort = new AbortController()
    this.#life = { abort, ended: this.#lastEnded.then(() => this.#live(abort.signal)) }
  }

  /** Resolves when nothing is left running. The store keeps its objects. */
  stop(): Promise<void> {
    if (this.#life !== undefined) {
      this.#life.abort.abort(new CodedError('stopped', `reflector ${this.name} was stopped`))
      this.#lastEnded = this.#life.ended
      this.#life = undefined
    }
    return this.#lastEnded
  }

  /** Resolves when the first list is in the store. Rejects if the signal aborts or the reflector stops first. */
  synced(signal: AbortSignal): Promise<void> {
    return this.#synced.wait(signal)
  }

  async #live(signal: AbortSignal): Promise<void> {
    const { covers, store } = this.#options
    const feed = store.openFeed(covers === undefined ? {} : { covers })
    let state: ReflectorState = { kind: 'listing' }
    while (state.kind !== 'stopped') {
      this.#state = state
      state = await this.#next(state, feed, signal)
    }
    feed.close()
    this.#state = state
    this.#attempt = 0
    this.#healthySince = undefined
    this.#looksFrom = 0
    this.#failingWith = undefined
    this.#synced.shut(signal.reason as Error)
  }

  /** Never rejects. */
  async #next(state: Resumable | BackingOff, feed: Feed<T>, signal: AbortSignal): Promise<ReflectorState> {
    try {
      signal.throwIfAborted()
      switch (state.kind) {
        case 'listing':
          return await this.#list(feed, signal)
        case 'watching':
          return await this.#watch(state, feed, signal)
        case 'catching-up':
          return await this.#catchUp(state, feed, signal)
        case 'backing-off':
          await sleep(this.#options.clock, state.ms, signal)
          return state.resume
        default:
          return state satisfies never
      }
    } catch (error) {
      if (signal.aborted) return { kind: 'stopped' }
      return this.#failed(error)
    }
  }

  async #list(feed: Feed<T>, signal: AbortSignal): Promise<Watching> {
    const { clock, source, log } = this.#options
    const startedAt = clock.monotonic()
    const { resourceVersion, objects, rewound } = await takeList({ source, feed, clock }, signal)
    this.#metrics.listed(this.name, objects, clock.monotonic() - startedAt)
    if (rewound)
      log.warn({ reflector: this.name }, 'the API server went back in time; its older state was taken')
    log.debug({ reflector: this.name, objects }, 'listed')
    this.#healthy()
    this.#synced.open()
    return { kind: 'watching', resourceVersion, failures: 0 }
  }

  async #watch(asked: Watching, feed: Feed<T>, signal: AbortSignal): Promise<ReflectorState> {
    const { clock, source, random, store, log } = this.#options
    const startedAt = clock.monotonic()
    this.#healthySince ??= startedAt
    const plan = planWatch(asked, () => feed.lastSeen(), this.#looksFrom - startedAt)
    if (plan.kind === 'catching-up') {
      if (asked.doubt !== 'broken') this.#look()
      return plan
    }
    const { from, asks } = plan
    const { doubt, ...proved } = from
    let reached: Watching = { ...from, failures: from.failures + 1 }
    this.#state = reached
    const onEvent = (version: string | undefined): void => {
      const next = { resourceVersion: version ?? reached.resourceVersion, failures: 0 }
      reached = { ...(doubt === 'owed' ? from : proved), ...next }
      this.#state = reached
      this.#healthy()
    }
    const end = await followWatch({ source, feed, clock, random, onEvent, ...asks }, signal)
    const lastedMs = clock.monotonic() - startedAt
    this.#metrics.watchEnded(this.name, end === 'lost' ? 'gone' : end)
    if (end === 'lost') return catchingUp({ ...from, resourceVersion: asks.resourceVersion })
    if (end === 'idle') return afterBreak(reached)
    if (end === 'early') log.debug({ reflector: this.name, lastedMs }, 'the watch was ended early')
    const next = afterEnd(reached, end === 'early')
    if (lastedMs < shortWatchMs) return this.#backOff(next)
    this.#healthy()
    return store.couldHoldMore ? { kind: 'listing' } : next
  }

  #look(): void {
    const { clock, log } = this.#options
    this.#looksFrom = clock.monotonic() + lookEveryMs
    const message =
      'a watch was ended early, and no other can prove that the API server was not put back; listing anew'
    log.info({ reflector: this.name }, message)
  }

  async #catchUp(from: CatchingUp, feed: Feed<T>, signal: AbortSignal): Promise<Listing> {
    const { clock, source, random, log } = this.#options
    log.debug({ reflector: this.name }, 'the API server may have lost what was seen; it is listed anew')
    let reached: CatchingUp = { ...from, failures: from.failures + 1 }
    this.#state = reached
    const onEvent = (version: string | undefined): void => {
      reached = { ...reached, resourceVersion: version ?? reached.resourceVersion }
      this.#state = reached
      this.#healthy()
    }
    const { resourceVersion } = from
    await catchUp({ source, feed, resourceVersion, clock, random, onEvent }, signal)
    return { kind: 'listing' }
  }

  #failed(error: unknown): BackingOff {
    const code = codeOf(error)
    const gone = code === 'gone'
    const { kind } = this.#state
    if (kind === 'watching' || kind === 'catching-up')
      this.#metrics.watchEnded(this.name, gone ? 'gone' : 'failed')
    const line = { reflector: this.name, during: kind, err: error }
    // `debug` for an expired version, as is normal after a long silence, and for the repeat of a failure.
    if (gone || code === this.#failingWith) this.#options.log.debug(line, 'reflector failed')
    else this.#options.log.warn(line, 'reflector failed')
    if (!gone) this.#failingWith = code
    return this.#backOff(afterFailure(this.#state, gone), error)
  }

  #backOff(resume: Resumable, error?: unknown): BackingOff {
    const { clock, random } = this.#options
    const healthyFor = this.#healthySince === undefined ? 0 : clock.monotonic() - this.#healthySince
    if (healthyFor >= healthyMs) this.#attempt = 0
    this.#healthySince = undefined
    const asked = error instanceof CodedError ? (error.retryAfterMs ?? 0) : 0
    const own = fullJitter(backoffRange, this.#attempt++, random)
    return { kind: 'backing-off', ms: Math.max(own, Math.min(asked, longestRetryAfterMs)), resume }
  }

  #healthy(): void {
    this.#healthySince ??= this.#options.clock.monotonic()
    this.#metrics.heard(this.name)
    if (this.#failingWith === undefined) return
    this.#failingWith = undefined
    this.#options.log.info({ reflector: this.name }, 'reflector recovered')
  }
}
