import { Gauge, type Registry } from 'prom-client'

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

  constructor(registry: Registry) {
    this.#objects = new Gauge({
      name: 'lenskeeper_condition',
      help: 'Objects by what their conditions say',
      labelNames: ['kind', 'type', 'status', 'reason'],
      registers: [registry],
    })
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
