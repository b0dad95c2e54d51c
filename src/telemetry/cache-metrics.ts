import type { Counter, Gauge, Histogram } from 'prom-client'
import type { Instruments } from './instruments.ts'

export interface WithheldFigure {
  readonly cache: string
  /** Namespaces of which the cache lacks objects, for want of room. */
  readonly namespaces: number
}

/** Metrics of the caches and of the reflectors that fill them. */
export class CacheMetrics {
  readonly #objects: Gauge<'reflector'>
  readonly #lists: Histogram<'reflector'>
  readonly #watchEnds: Counter<'reflector' | 'why'>
  readonly #silence: Gauge<'reflector'>
  readonly #withheld: Gauge<'cache'>
  readonly #now: () => number
  readonly #heardAt = new Map<string, number>()
  #source: () => Iterable<WithheldFigure> = () => []

  /** @param now a monotonic clock in milliseconds */
  constructor(make: Instruments, now: () => number) {
    this.#now = now
    this.#objects = make.gauge('cache_objects', 'Objects in the last complete list', ['reflector'])
    this.#lists = make.histogram('cache_list_seconds', 'Complete lists from the API server', ['reflector'])
    this.#watchEnds = make.counter('cache_watch_ends_total', 'Ends of watches by cause', ['reflector', 'why'])
    this.#silence = make.gauge(
      'cache_silence_seconds',
      'Time since the API server was last heard from, by cache',
      ['reflector'],
    )
    this.#withheld = make.gauge(
      'cache_withheld_namespaces',
      'Namespaces of which a cache lacks objects, for want of room',
      ['cache'],
    )
  }

  listed(reflector: string, objects: number, seconds: number): void {
    this.#objects.set({ reflector }, objects)
    this.#lists.observe({ reflector }, seconds)
  }

  watchEnded(reflector: string, why: string): void {
    this.#watchEnds.inc({ reflector, why })
  }

  heard(reflector: string): void {
    this.#heardAt.set(reflector, this.#now())
  }

  from(source: () => Iterable<WithheldFigure>): void {
    this.#source = source
  }

  /** Asks for the figures of a scrape. */
  refresh(): void {
    for (const [reflector, at] of this.#heardAt) this.#silence.set({ reflector }, (this.#now() - at) / 1000)
    for (const { cache, namespaces } of this.#source()) this.#withheld.set({ cache }, namespaces)
  }
}
