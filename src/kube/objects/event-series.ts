/**
 * What was told by Events of late. That the same is so again is told by the same Event, which counts, as Kubernetes does:
 * the second time at once, so that nobody takes a trouble that is back for one that is over; after that, what comes is
 * gathered. So an object that gets into trouble and out of it all the time costs a write now and then.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { putNewest } from '../../core/newest.ts'
import type { EventInput, Occurrences } from './event-body.ts'

/** One Event. */
export interface Series extends Occurrences {
  readonly event: EventInput
  /** The Event's own name, once it is at the API server. */
  name: string | undefined
  count: number
  lastAt: number
}

/** Objects and what is told of them, so many at most. */
const mostRemembered = 20_000
/** What is so again after that is another Event. The server forgets one after an hour. */
const quietMs = 30 * 60_000
/** How long what comes after the second time is gathered. */
const gatherMs = 5 * 60_000

interface Entry {
  readonly series: Series
  /** Monotonic milliseconds. */
  seenAt: number
  toldAt: number
  /** It waits to be told, or to be told later. */
  isDue: boolean
}

export class EventSeries {
  readonly #clock: Clock
  readonly #onDue: (series: Series) => void
  /** The one that was last so is the last. */
  readonly #entries = new Map<string, Entry>()
  readonly #timers = new Set<() => void>()

  /** @param onDue gets what is to be told now, and takes it by `take` when it is */
  constructor(clock: Clock, onDue: (series: Series) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  note(event: EventInput): void {
    const now = this.#clock.monotonic()
    const key = keyOf(event)
    const known = this.#entries.get(key)
    const entry = known !== undefined && now - known.seenAt < quietMs ? known : this.#newEntry(event)
    putNewest(this.#entries, key, entry, mostRemembered)
    entry.series.count += 1
    entry.series.lastAt = this.#clock.now()
    entry.seenAt = now
    if (entry.isDue) return
    entry.isDue = true
    const waitMs = entry.series.count <= 2 ? 0 : entry.toldAt + gatherMs - now
    if (waitMs <= 0) this.#onDue(entry.series)
    else this.#later(waitMs, entry.series)
  }

  /** It is told from now on. @returns as often as it was so until now */
  take(series: Series): Occurrences {
    this.postpone(series)
    return { ...series }
  }

  /** It is not told now. It counts on, and when it is so again that is told as if this had been told. */
  postpone(series: Series): void {
    const entry = this.#entries.get(keyOf(series.event))
    if (entry?.series !== series) return
    entry.isDue = false
    entry.toldAt = this.#clock.monotonic()
  }

  /** The telling failed: the next time is the first. */
  forget(series: Series): void {
    const key = keyOf(series.event)
    if (this.#entries.get(key)?.series === series) this.#entries.delete(key)
  }

  /** What waits to be told later is told no more. */
  close(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }

  #newEntry(event: EventInput): Entry {
    const at = this.#clock.now()
    const series = { event, name: undefined, count: 0, firstAt: at, lastAt: at }
    return { series, seenAt: 0, toldAt: 0, isDue: false }
  }

  #later(ms: number, series: Series): void {
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel)
      this.#onDue(series)
    })
    this.#timers.add(cancel)
  }
}

function keyOf({ regarding, type, reason, occasion = '', note }: EventInput): string {
  const { uid, namespace, name } = regarding.metadata
  const words = createHash('sha256').update(note).digest('base64')
  return [uid ?? `${regarding.kind}/${namespace}/${name}`, type, reason, occasion, words].join(' ')
}
