import type { Gauge } from 'prom-client'
import type { Instruments } from './instruments.ts'

/** What the metrics tell of one PartnerKey's rollout. */
export interface RolloutFigures {
  /** `namespace/name`. PartnerKeys are few, so they may be labels. */
  readonly partnerKey: string
  /** Undefined before its status was first written. */
  readonly phase: string | undefined
  /** Tenants as the status counts them. */
  readonly tenants: Readonly<Record<'total' | 'updated' | 'failed' | 'skipped', number>>
  /** Tenants by the pair of the token that they hold. */
  readonly pairs: ReadonlyMap<string, number>
  /** Age of the oldest partner key that a token in use was made with, in seconds. */
  readonly oldestKeySeconds: number | undefined
}

export interface RolloutReport {
  readonly told: Iterable<RolloutFigures>
  /** PartnerKeys of which nothing is told, as there are too many. */
  readonly leftOut: number
}

/** The metrics of rollouts. They are read anew at each scrape, so no series is left of a PartnerKey that is gone. */
export class RolloutMetrics {
  readonly #phase: Gauge<'partner_key' | 'phase'>
  readonly #tenants: Gauge<'partner_key' | 'state'>
  readonly #pairs: Gauge<'partner_key' | 'pair'>
  readonly #oldest: Gauge<'partner_key'>
  readonly #leftOut: Gauge
  #source: () => RolloutReport = () => ({ told: [], leftOut: 0 })

  constructor(make: Instruments) {
    this.#phase = make.gauge('rollout_phase', '1 for the phase that a PartnerKey’s rollout is in', [
      'partner_key',
      'phase',
    ])
    this.#tenants = make.gauge('rollout_tenants', 'Tenants of a PartnerKey as its rollout counts them', [
      'partner_key',
      'state',
    ])
    this.#pairs = make.gauge('rollout_pair_tenants', 'Tenants by the pair of their token', [
      'partner_key',
      'pair',
    ])
    this.#oldest = make.gauge(
      'oldest_key_age_seconds',
      'Age of the oldest partner key that tokens in use are of',
      ['partner_key'],
    )
    this.#leftOut = make.gauge('rollouts_left_out', 'PartnerKeys of which no figures are given')
  }

  from(source: () => RolloutReport): void {
    this.#source = source
  }

  refresh(): void {
    const { told, leftOut } = this.#source()
    this.#leftOut.set(leftOut)
    for (const gauge of [this.#phase, this.#tenants, this.#pairs, this.#oldest]) gauge.reset()
    for (const { partnerKey, phase, tenants, pairs, oldestKeySeconds } of told) {
      const labels = { partner_key: partnerKey }
      if (phase !== undefined) this.#phase.set({ ...labels, phase }, 1)
      for (const [state, count] of Object.entries(tenants)) this.#tenants.set({ ...labels, state }, count)
      for (const [pair, count] of pairs) this.#pairs.set({ ...labels, pair }, count)
      if (oldestKeySeconds !== undefined) this.#oldest.set(labels, oldestKeySeconds)
    }
  }
}
