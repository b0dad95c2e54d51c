import type { ObjectKey } from '../api/object.ts'
import { neverAborts, onAbort } from '../core/abort.ts'
import type { Clock } from '../core/clock.ts'
import { CodedError, codeOf } from '../core/errors.ts'
import type { Outcome } from '../core/outcome.ts'
import { jitter, type Random } from '../core/random.ts'
import type { Logger } from '../telemetry/log.ts'
import { noMetrics, type RuntimeMetrics, type RunResult } from './metrics.ts'
import { StaleView } from './stale-view.ts'
import { supervise } from './supervise.ts'
import type { Work, WorkQueue, WorkResult } from './queue/work-queue.ts'

export interface ControllerOptions {
  readonly name: string
  /** The controller owns it and closes it. There is a worker for each of its seats. */
  readonly queue: WorkQueue
  /** Makes the world as the key's object asks for. Reads everything anew, and throws what failed. */
  readonly reconcile: (key: ObjectKey, signal: AbortSignal) => Promise<Outcome>
  /** Whether the key still has an object. Without one it is not resynced. Default: always. */
  readonly exists?: (key: ObjectKey) => boolean
  /** How long one run may take, in milliseconds. Default 60 s. */
  readonly timeoutMs?: number
  /** How often to look at a settled key that nothing changed, ±20 %. Default 10 h, as in controller-runtime. */
  readonly resyncMs?: number
  /** How long running keys may go on after `stop` before they are aborted. Default 2 s. */
  readonly graceMs?: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics?: RuntimeMetrics
}

/** Most runs take milliseconds. The next leader waits for the others, and is to work within 5 s of the signal. */
const graceMs = 2_000
const defaults = { timeoutMs: 60_000, resyncMs: 36_000_000, graceMs }
const overdueMs = 10_000
/** So many in a row may come from the delay of caches, and are not reported. */
const staleViews = 4

/**
 * Workers that take keys from a queue and reconcile them. However a run ends, the worker gives its key back and goes
 * on. The queue alone decides about backoff.
 */
export class Controller {
  readonly name: string
  readonly #options: ControllerOptions & typeof defaults
  readonly #metrics: RuntimeMetrics
  readonly #abort = new AbortController()
  /** The code of a key's last failure, so that each is logged once and not with each retry. */
  readonly #failing = new Map<ObjectKey, string>()
  #ended: Promise<unknown> | undefined
  #running = 0

  constructor(options: ControllerOptions) {
    this.name = options.name
    this.#options = { ...defaults, ...options }
    this.#metrics = options.metrics ?? noMetrics
  }

  /** Keys whose last run failed. */
  get failing(): number {
    return this.#failing.size
  }

  /** @param signal takes no new keys and aborts running ones. A second call does nothing */
  start(signal: AbortSignal): void {
    if (this.#ended !== undefined || this.#abort.signal.aborted) return
    const unlink = onAbort(signal, () => this.#abortAll(signal.reason))
    const workers = Array.from({ length: this.#options.queue.seats }, () => this.#work())
    this.#ended = Promise.all(workers).finally(unlink)
  }

  /**
   * Takes no new keys, lets running ones finish for `graceMs`, then aborts them. Resolves when all have ended.
   * Cannot be started again.
   */
  async stop(): Promise<void> {
    const { queue, clock, graceMs } = this.#options
    queue.close()
    const stopped = new CodedError('stopped', `controller ${this.name} was stopped`)
    if (this.#ended === undefined) return this.#abortAll(stopped)
    const cancel = clock.after(graceMs, () => this.#abortAll(stopped))
    await this.#ended
    cancel()
  }

  #abortAll(reason: unknown): void {
    this.#options.queue.close()
    this.#abort.abort(reason)
  }

  async #work(): Promise<void> {
    const { queue } = this.#options
    for (;;) {
      // Undefined when the queue is closed. That is how stop and abort end the workers.
      const work = await queue.take(neverAborts)
      if (work === undefined) return
      await this.#run(work)
    }
  }

  async #run(work: Work): Promise<void> {
    const { clock, queue, reconcile, timeoutMs, log } = this.#options
    const startedAt = clock.monotonic()
    this.#metrics.running(this.name, ++this.#running)
    const onOverdue = (): void => {
      log.error({ controller: this.name, key: work.key }, 'a run ignores its abort and holds a worker')
    }
    let end: { readonly result: RunResult; readonly give: WorkResult; readonly outcome?: Outcome }
    try {
      const run = (signal: AbortSignal): Promise<Outcome> => reconcile(work.key, signal)
      const outcome = await supervise(run, { clock, timeoutMs, overdueMs, onOverdue }, this.#abort.signal)
      this.#succeeded(work.key, outcome)
      end = { result: outcome.kind, give: 'forget', outcome }
    } catch (error) {
      const result = this.#failed(work, error)
      end = { result, give: { retry: error } }
    }
    this.#metrics.running(this.name, --this.#running)
    this.#metrics.runEnded(this.name, end.result, clock.monotonic() - startedAt)
    queue.done(work.key, end.give)
    if (end.outcome !== undefined) this.#addNext(work.key, end.outcome)
  }

  #addNext(key: ObjectKey, outcome: Outcome): void {
    const { queue, exists, resyncMs, random } = this.#options
    switch (outcome.kind) {
      case 'recheck':
        queue.add(key, { afterMs: outcome.afterMs, reason: 'recheck' })
        return
      case 'settled':
      case 'stalled':
        if (exists?.(key) === false) return
        queue.add(key, { priority: 'low', afterMs: jitter(resyncMs, 0.2, random), reason: 'resync' })
        return
      default:
        outcome satisfies never
    }
  }

  #succeeded(key: ObjectKey, outcome: Outcome): void {
    const { log, name } = this.#options
    if (this.#failing.delete(key)) log.info({ controller: name, key }, 'recovered')
    if (outcome.kind === 'stalled') log.debug({ controller: name, key, reason: outcome.reason }, 'stalled')
  }

  #failed(work: Work, error: unknown): RunResult {
    if (this.#abort.signal.aborted) return 'aborted'
    const { log, name } = this.#options
    const code = codeOf(error)
    this.#metrics.runFailed(name, code)
    const line = {
      controller: name,
      key: work.key,
      reason: work.reason,
      failures: work.failures + 1,
      err: error,
    }
    // `conflict` is how the server says the same.
    if ((error instanceof StaleView || code === 'conflict') && work.failures < staleViews) {
      log.debug(line, 'the view was stale')
      return 'failed'
    }
    if (this.#failing.get(work.key) === code) log.debug(line, 'reconcile failed')
    else if (error instanceof CodedError) log.warn(line, 'reconcile failed')
    else log.error(line, 'reconcile failed')
    this.#failing.set(work.key, code)
    return 'failed'
  }
}
