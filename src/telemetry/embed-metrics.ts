import type { Counter, Gauge } from 'prom-client'
import type { Instruments } from './instruments.ts'

/**
 * `failing`: the link lives, and no new one can be made; its status says why.
 * `overdue`: less than half of `refreshBefore` is left, so something keeps the link from being replaced.
 * `waiting`: no new one can be made before the embed's own author has acted, whether or not the link still lives.
 * `none`: there is no link. `suspended`: somebody wants it so, also in observe mode, whatever becomes of the link; nobody
 * is to be woken.
 */
export type EmbedState = 'fresh' | 'failing' | 'overdue' | 'expired' | 'none' | 'suspended' | 'waiting'

export interface EmbedFigures {
  readonly states: Readonly<Record<EmbedState, number>>
  readonly notReady: number
  /** When the first link ends, in seconds since the epoch. Undefined if there is none. */
  readonly soonestExpiry: number | undefined
}

/** Metrics of embeds, without a label for the single one. */
export class EmbedMetrics {
  readonly #links: Gauge<'state'>
  readonly #notReady: Gauge
  readonly #soonest: Gauge
  readonly #refreshes: Counter<'result'>
  #source: () => EmbedFigures | undefined = () => undefined

  constructor(make: Instruments) {
    this.#links = make.gauge('embeds', 'SecureEmbeds by the state of the link in their Secret', ['state'])
    this.#notReady = make.gauge(
      'embeds_not_ready',
      'SecureEmbeds that are not Ready, and that neither are held nor wait for their own author',
    )
    this.#soonest = make.gauge(
      'embed_soonest_expiry_timestamp_seconds',
      'When the first of all links ends; embeds that are held or wait for their author do not count',
    )
    this.#refreshes = make.counter('embed_refreshes_total', 'Links that were due, by what came of it', [
      'result',
    ])
  }

  from(source: () => EmbedFigures): void {
    this.#source = source
  }

  refreshed(result: 'published' | 'failed'): void {
    this.#refreshes.inc({ result })
  }

  /** Asks for the figures of a scrape. */
  refresh(): void {
    const figures = this.#source()
    if (figures === undefined) return
    for (const [state, count] of Object.entries(figures.states)) this.#links.set({ state }, count)
    this.#notReady.set(figures.notReady)
    this.#soonest.reset()
    if (figures.soonestExpiry !== undefined) this.#soonest.set(figures.soonestExpiry)
  }
}
