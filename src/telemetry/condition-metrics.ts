import type { Gauge } from 'prom-client'
import type { Instruments } from './instruments.ts'

export interface ConditionFigure {
  readonly kind: string
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  /** How many objects of the kind have it. */
  readonly count: number
}

/** Conditions of all kinds, without a label for the single object. */
export class ConditionMetrics {
  readonly #objects: Gauge<'kind' | 'type' | 'status' | 'reason'>
  readonly #sources: (() => Iterable<ConditionFigure>)[] = []

  constructor(make: Instruments) {
    this.#objects = make.gauge('condition', 'Objects by what their conditions say', [
      'kind',
      'type',
      'status',
      'reason',
    ])
  }

  from(source: () => Iterable<ConditionFigure>): void {
    this.#sources.push(source)
  }

  /** Asks for the figures of a scrape. */
  refresh(): void {
    for (const source of this.#sources)
      for (const { count, ...labels } of source()) this.#objects.set(labels, count)
  }
}
