import type { Gauge } from 'prom-client'
import type { Instruments } from './instruments.ts'

/** What the metrics tell of one ClickHouseConnection. */
export interface ConnectionFigures {
  /** `namespace/name`. Connections are few, so they may be labels. */
  readonly connection: string
  readonly isReady: boolean
  /** Tenants, or databases, that wait for a person’s confirmation, by what they would lose. */
  readonly held: Readonly<Record<'access' | 'tables', number>>
  /** What nobody declares any more. Undefined before ClickHouse was first read. */
  readonly orphans: Readonly<Record<'databases' | 'grants', number>> | undefined
  /**
   * When the last sync ended that did all that it had to, in seconds since the epoch; before the first, when this process
   * first looked. Undefined in one that did not look, as it does not lead.
   */
  readonly syncedAt: number | undefined
  /** How often it is to be synced, in seconds. */
  readonly syncSeconds: number
  /** When the first of its endpoints’ certificates ends, in seconds since the epoch. Undefined where none was shown. */
  readonly certificatesEndAt: number | undefined
}

export interface ConnectionReport {
  readonly told: Iterable<ConnectionFigures>
  /** Connections of which nothing is told, as there are too many. */
  readonly leftOut: number
}

/** The metrics of connections. They are read anew at each scrape, so no series is left of one that is gone. */
export class ConnectionMetrics {
  readonly #ready: Gauge<'connection'>
  readonly #held: Gauge<'connection' | 'takes'>
  readonly #orphans: Gauge<'connection' | 'what'>
  readonly #synced: Gauge<'connection'>
  readonly #interval: Gauge<'connection'>
  readonly #certificates: Gauge<'connection'>
  readonly #leftOut: Gauge
  #source: () => ConnectionReport = () => ({ told: [], leftOut: 0 })

  constructor(make: Instruments) {
    this.#ready = make.gauge('connection_ready', '1 while tenants of a connection can be served', [
      'connection',
    ])
    this.#held = make.gauge(
      'connection_held',
      'Departed tenants, or databases, that wait for a confirmation',
      ['connection', 'takes'],
    )
    this.#orphans = make.gauge('connection_orphans', 'Databases and grants that no tenant declares', [
      'connection',
      'what',
    ])
    this.#synced = make.gauge(
      'connection_last_sync_timestamp_seconds',
      'When the last sync ended that did all that it had to; before that, when this process first looked',
      ['connection'],
    )
    this.#interval = make.gauge('connection_sync_interval_seconds', 'How often it is to be synced', [
      'connection',
    ])
    this.#certificates = make.gauge(
      'connection_certificate_expiry_timestamp_seconds',
      'When the first of its endpoints’ certificates ends',
      ['connection'],
    )
    this.#leftOut = make.gauge('connections_left_out', 'ClickHouseConnections of which no figures are given')
  }

  from(source: () => ConnectionReport): void {
    this.#source = source
  }

  refresh(): void {
    const { told, leftOut } = this.#source()
    this.#leftOut.set(leftOut)
    for (const gauge of [this.#ready, this.#held, this.#orphans]) gauge.reset()
    for (const gauge of [this.#synced, this.#interval, this.#certificates]) gauge.reset()
    for (const figures of told) this.#tell(figures)
  }

  #tell(figures: ConnectionFigures): void {
    const { connection, isReady, held, orphans, syncedAt, syncSeconds, certificatesEndAt } = figures
    this.#ready.set({ connection }, isReady ? 1 : 0)
    this.#interval.set({ connection }, syncSeconds)
    for (const [takes, count] of Object.entries(held)) this.#held.set({ connection, takes }, count)
    for (const [what, count] of Object.entries(orphans ?? {})) this.#orphans.set({ connection, what }, count)
    if (syncedAt !== undefined) this.#synced.set({ connection }, syncedAt)
    if (certificatesEndAt !== undefined) this.#certificates.set({ connection }, certificatesEndAt)
  }
}
