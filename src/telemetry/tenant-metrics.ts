import { Gauge, type Registry } from 'prom-client'

export interface ReadyCounts {
  readonly ready: number
  readonly notReady: number
  readonly unknown: number
}

export interface RefusalFigure {
  readonly reason: string
  readonly count: number
}

/** Metrics of tenants, without a label for the single one. */
export class TenantMetrics {
  readonly #ready: Gauge<'ready'>
  readonly #refused: Gauge<'reason'>
  #refusals: () => Iterable<RefusalFigure> = () => []

  constructor(registry: Registry) {
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
      new Gauge({ name: `lenskeeper_${name}`, help, labelNames, registers: [registry] })
    this.#ready = gauge('tenants', 'ConnectorTenants by their Ready condition', 'ready')
    this.#refused = gauge('tenants_refused', 'ConnectorTenants that ask for what they may not have', 'reason')
  }

  ready({ ready, notReady, unknown }: ReadyCounts): void {
    this.#ready.set({ ready: 'True' }, ready)
    this.#ready.set({ ready: 'False' }, notReady)
    this.#ready.set({ ready: 'Unknown' }, unknown)
  }

  refusedFrom(source: () => Iterable<RefusalFigure>): void {
    this.#refusals = source
  }

  /** Asks for the figures of a scrape. */
  refresh(): void {
    for (const { reason, count } of this.#refusals()) this.#refused.set({ reason }, count)
  }
}
