import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { version } from '../core/version.ts'
import { CacheMetrics, type WithheldFigure } from './cache-metrics.ts'
import { ConditionMetrics, type ConditionFigure } from './condition-metrics.ts'
import { ConnectionMetrics, type ConnectionReport } from './connection-metrics.ts'
import { EmbedMetrics, type EmbedFigures } from './embed-metrics.ts'
import { Instruments } from './instruments.ts'
import { RolloutMetrics, type RolloutReport } from './rollout-metrics.ts'
import { TenantMetrics, type ReadyCounts, type RefusalFigure } from './tenant-metrics.ts'

/**
 * All metrics of the operator, in a registry of their own. Labels come from closed sets (codes, verbs, names of
 * controllers) and never from names of tenants, so a new tenant makes no new time series.
 *
 * `runtime/`, `kube/` and others ask for these methods by interfaces of their own. Each is cheap and never throws.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #make = new Instruments(this.#registry)
  readonly #loop = monitorEventLoopDelay({ resolution: 10 })

  readonly #queueDepth = this.#make.gauge('queue_depth', 'Keys that are due and wait for a worker', ['queue'])
  readonly #queueLatency = this.#make.histogram('queue_latency_seconds', 'Time from due to taken', ['queue'])
  readonly #queueRetries = this.#make.counter('queue_retries_total', 'Keys put back after a failure', [
    'queue',
  ])
  readonly #running = this.#make.gauge('reconciles_running', 'Reconciles in progress', ['controller'])
  readonly #runs = this.#make.histogram('reconcile_seconds', 'Reconciles by how they ended', [
    'controller',
    'result',
  ])
  readonly #failures = this.#make.counter('reconcile_failures_total', 'Failed reconciles by error code', [
    'controller',
    'code',
  ])
  readonly #apiRequests = this.#make.counter('api_requests_total', 'Requests to the API server', [
    'verb',
    'resource',
    'code',
  ])
  readonly #apiSeconds = this.#make.histogram(
    'api_request_seconds',
    'Duration of requests to the API server',
    ['verb'],
  )
  readonly #statements = this.#make.counter('clickhouse_statements_total', 'Statements sent to ClickHouse', [
    'kind',
    'code',
  ])
  readonly #statementSeconds = this.#make.histogram(
    'clickhouse_statement_seconds',
    'Duration of statements',
    ['kind'],
  )
  readonly #minted = this.#make.counter('tokens_minted_total', 'Access tokens minted', [])
  readonly #leader = this.#make.gauge('leader', '1 while this process may write', [])
  readonly #caches: CacheMetrics
  readonly #tenants = new TenantMetrics(this.#make)
  readonly #conditions = new ConditionMetrics(this.#make)
  readonly #connections = new ConnectionMetrics(this.#make)
  readonly #rollouts = new RolloutMetrics(this.#make)
  readonly #embeds = new EmbedMetrics(this.#make)
  #leads: () => boolean = () => false

  /** @param now a monotonic clock in milliseconds, for the age of caches */
  constructor(now: () => number) {
    this.#loop.enable()
    collectDefaultMetrics({ register: this.#registry })
    this.#addEventLoopDelay()
    this.#make.gauge('build_info', '1, with the version that runs', ['version']).set({ version }, 1)
    this.#caches = new CacheMetrics(this.#make, now)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Prometheus text format. */
  render(): Promise<string> {
    this.#leader.set(this.#leads() ? 1 : 0)
    this.#caches.refresh()
    this.#conditions.refresh()
    this.#tenants.refresh()
    this.#connections.refresh()
    this.#rollouts.refresh()
    this.#embeds.refresh()
    return this.#registry.metrics()
  }

  close(): void {
    this.#loop.disable()
    this.#registry.clear()
  }

  queueDepth(queue: string, keys: number): void {
    this.#queueDepth.set({ queue }, keys)
  }

  queueLatency(queue: string, ms: number): void {
    this.#queueLatency.observe({ queue }, ms / 1000)
  }

  queueRetry(queue: string): void {
    this.#queueRetries.inc({ queue })
  }

  running(controller: string, runs: number): void {
    this.#running.set({ controller }, runs)
    // A series has to be there before its first failure, or nobody sees it grow.
    this.#failures.inc({ controller, code: 'unknown' }, 0)
  }

  runEnded(controller: string, result: string, ms: number): void {
    this.#runs.observe({ controller, result }, ms / 1000)
  }

  runFailed(controller: string, code: string): void {
    this.#failures.inc({ controller, code })
  }

  listed(reflector: string, objects: number, ms: number): void {
    this.#caches.listed(reflector, objects, ms / 1000)
  }

  watchEnded(reflector: string, why: string): void {
    this.#caches.watchEnded(reflector, why)
  }

  heard(reflector: string): void {
    this.#caches.heard(reflector)
  }

  /** Asked with each scrape. */
  withheld(source: () => Iterable<WithheldFigure>): void {
    this.#caches.from(source)
  }

  apiRequest(
    labels: { readonly verb: string; readonly resource: string; readonly code: string },
    seconds: number,
  ): void {
    this.#apiRequests.inc({ ...labels })
    this.#apiSeconds.observe({ verb: labels.verb }, seconds)
  }

  /** @param code `ok`, or the error's code */
  statement(kind: string, code: string, seconds: number): void {
    this.#statements.inc({ kind, code })
    this.#statementSeconds.observe({ kind }, seconds)
  }

  minted(): void {
    this.#minted.inc()
  }

  /** Asked with each scrape. */
  tenants(source: () => ReadyCounts): void {
    this.#tenants.countedBy(source)
  }

  /** Asked with each scrape. */
  refusals(source: () => Iterable<RefusalFigure>): void {
    this.#tenants.refusedFrom(source)
  }

  /** Asked with each scrape. */
  leader(leads: () => boolean): void {
    this.#leads = leads
  }

  /** Asked with each scrape, beside those that were given before: one a kind. */
  conditions(source: () => Iterable<ConditionFigure>): void {
    this.#conditions.from(source)
  }

  /** Asked with each scrape. */
  connections(source: () => ConnectionReport): void {
    this.#connections.from(source)
  }

  /** Asked with each scrape. */
  rollouts(source: () => RolloutReport): void {
    this.#rollouts.from(source)
  }

  /** Asked with each scrape. */
  embeds(source: () => EmbedFigures): void {
    this.#embeds.from(source)
  }

  embedRefreshed(result: 'published' | 'failed'): void {
    this.#embeds.refreshed(result)
  }

  #addEventLoopDelay(): void {
    const loop = this.#loop
    this.#registry.registerMetric(
      new Gauge({
        name: 'lenskeeper_event_loop_delay_p99_seconds',
        help: 'Event-loop delay since the last scrape, 99th percentile',
        registers: [],
        collect() {
          const p99 = loop.percentile(99)
          this.set(Number.isFinite(p99) ? p99 / 1e9 : 0)
          loop.reset()
        },
      }),
    )
  }
}
