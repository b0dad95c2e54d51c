import type { Clock } from '../../core/clock.ts'
import { Heap } from './heap.ts'
import { earlier, type QueueItem } from './queue-item.ts'

/** Keys that are not due yet, with one timer for all. Adding and removing cost O(log n). */
export class DelayLine {
  readonly #clock: Clock
  readonly #onDue: (items: readonly QueueItem[]) => void
  readonly #items = new Heap<QueueItem>(earlier)
  #timer: { readonly dueAt: number; readonly cancel: () => void } | undefined

  /** @param onDue gets the keys that have become due, the earliest first. They have left the line */
  constructor(clock: Clock, onDue: (items: readonly QueueItem[]) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  push(item: QueueItem): void {
    this.#items.push(item)
    this.#arm()
  }

  remove(item: QueueItem): void {
    this.#items.remove(item)
  }

  /** Drops all keys and the timer. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** If the key of a timer was removed, the timer stays: it fires too early, finds nothing, and is armed anew. */
  #arm(): void {
    const next = this.#items.peek()
    if (next === undefined) return
    if (this.#timer !== undefined && this.#timer.dueAt <= next.dueAt) return
    this.#timer?.cancel()
    const cancel = this.#clock.after(next.dueAt - this.#clock.monotonic(), () => this.#fire())
    this.#timer = { dueAt: next.dueAt, cancel }
  }

  #fire(): void {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    const due: QueueItem[] = []
    for (let item = this.#items.peek(); item !== undefined && item.dueAt <= now; item = this.#items.peek()) {
      this.#items.remove(item)
      due.push(item)
    }
    this.#arm()
    if (due.length > 0) this.#onDue(due)
  }
}
