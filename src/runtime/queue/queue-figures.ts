import type { Clock } from '../../core/clock.ts'
import { noMetrics, type RuntimeMetrics } from '../metrics.ts'

export interface QueueFiguresOptions {
  readonly name: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly metrics?: RuntimeMetrics
}

/**
 * What the metrics tell of a queue. Before the first worker asks, nothing waits for one: an operator that stands by has
 * the keys of its whole cluster in its queues, and is not behind.
 */
export class QueueFigures {
  readonly #name: string
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #metrics: RuntimeMetrics
  #attendedAt: number | undefined
  #told: number | undefined

  constructor({ name, clock, metrics = noMetrics }: QueueFiguresOptions) {
    this.#name = name
    this.#clock = clock
    this.#metrics = metrics
  }

  /** A worker asks. */
  attended(): void {
    this.#attendedAt ??= this.#clock.monotonic()
  }

  /** So many keys are due. */
  due(keys: number): void {
    const depth = this.#attendedAt === undefined ? 0 : keys
    // Said at each change of the queue, of which most leave the number as it is.
    if (depth === this.#told) return
    this.#told = depth
    this.#metrics.queueDepth(this.#name, depth)
  }

  /** A worker has a key. @param dueAt on the monotonic clock */
  taken(dueAt: number): void {
    const since = Math.max(dueAt, this.#attendedAt ?? dueAt)
    this.#metrics.queueLatency(this.#name, this.#clock.monotonic() - since)
  }

  retried(): void {
    this.#metrics.queueRetry(this.#name)
  }
}
