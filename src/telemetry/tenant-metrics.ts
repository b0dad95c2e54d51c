import type { Gauge } from 'prom-client'
import type { Instruments } from './instruments.ts'

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
  #counts: (() => ReadyCounts) | undefined
  #refusals: () => Iterable<RefusalFigure> = () => []

  constructor(make: Instruments) {
    this.#ready = make.gauge('tenants', 'ConnectorTenants by their Ready condition', ['ready'])
    this.#refused = make.gauge('tenants_refused', 'ConnectorTenants that ask for what they may not have', [
      'reason',
    ])
  }

  countedBy(source: () => ReadyCounts): void {
    this.#counts = source
  }

  refusedFrom(source: () => Iterable<RefusalFigure>): void {
    this.#refusals = source
  }

  /** Asks for the figures of a scrape. */
  refresh(): void {
    const counts = this.#counts?.()
    if (counts !== undefined) {
      this.#ready.set({ ready: 'True' }, counts.ready)
      this.#ready.set({ ready: 'False' }, counts.notReady)
      this.#ready.set({ ready: 'Unknown' }, counts.unknown)
    }
    for (const { reason, count } of this.#refusals()) this.#refused.set({ reason }, count)
  }
}
