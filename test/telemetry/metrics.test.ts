import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import type { TransportMetrics } from '../../src/kube/call/transport.ts'
import type { RuntimeMetrics } from '../../src/runtime/metrics.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'

let metrics: Metrics
let now = 0
beforeEach(() => {
  now = 0
  metrics = new Metrics(() => now)
})
afterEach(() => metrics.close())

/** The samples of one metric, without its help and type. */
async function samples(name: string): Promise<readonly string[]> {
  return (await metrics.render()).split('\n').filter(line => line.startsWith(name))
}

describe('metrics', () => {
  test('fit what the runtime and the transport report', async () => {
    const runtime: RuntimeMetrics = metrics
    runtime.queueDepth('tenant', 3)
    runtime.queueLatency('tenant', 40)
    runtime.queueRetry('tenant')
    runtime.running('tenant', 2)
    runtime.runEnded('tenant', 'settled', 30)
    runtime.runFailed('tenant', 'conflict')
    runtime.listed('secrets', 12, 200)
    runtime.watchEnded('secrets', 'gone')
    const transport: TransportMetrics = metrics
    transport.apiRequest({ verb: 'create', resource: 'secrets', code: '201' }, 0.004)
    expect(await samples('lenskeeper_queue_depth{')).toEqual(['lenskeeper_queue_depth{queue="tenant"} 3'])
    expect(await samples('lenskeeper_queue_latency_seconds_sum')).toEqual([
      'lenskeeper_queue_latency_seconds_sum{queue="tenant"} 0.04',
    ])
    expect(await samples('lenskeeper_reconcile_seconds_count')).toEqual([
      'lenskeeper_reconcile_seconds_count{controller="tenant",result="settled"} 1',
    ])
    expect(await samples('lenskeeper_reconcile_failures_total')).toEqual([
      // So that its first one is seen to be more than before.
      'lenskeeper_reconcile_failures_total{controller="tenant",code="unknown"} 0',
      'lenskeeper_reconcile_failures_total{controller="tenant",code="conflict"} 1',
    ])
    expect(await samples('lenskeeper_cache_watch_ends_total')).toEqual([
      'lenskeeper_cache_watch_ends_total{reflector="secrets",why="gone"} 1',
    ])
    expect(await samples('lenskeeper_api_requests_total')).toEqual([
      'lenskeeper_api_requests_total{verb="create",resource="secrets",code="201"} 1',
    ])
  })

  test('show how long a cache has heard nothing, and the event loop', async () => {
    metrics.heard('secrets')
    now = 90_000
    expect(await samples('lenskeeper_cache_silence_seconds')).toEqual([
      'lenskeeper_cache_silence_seconds{reflector="secrets"} 90',
    ])
    expect(await samples('lenskeeper_event_loop_delay_p99_seconds')).toHaveLength(1)
  })

  test('say which version runs', async () => {
    expect(await samples('lenskeeper_build_info')).toEqual([
      `lenskeeper_build_info{version="${manifest.version}"} 1`,
    ])
  })

  test('count statements, tokens and tenants', async () => {
    metrics.statement('grant', 'ok', 0.01)
    metrics.minted()
    metrics.tenants(() => ({ ready: 5, notReady: 1, unknown: 0 }))
    expect(await samples('lenskeeper_clickhouse_statements_total')).toEqual([
      'lenskeeper_clickhouse_statements_total{kind="grant",code="ok"} 1',
    ])
    expect(await samples('lenskeeper_tokens_minted_total')).toEqual(['lenskeeper_tokens_minted_total 1'])
    expect(await samples('lenskeeper_tenants')).toEqual([
      'lenskeeper_tenants{ready="True"} 5',
      'lenskeeper_tenants{ready="False"} 1',
      'lenskeeper_tenants{ready="Unknown"} 0',
    ])
  })

  test('of two operators in one process do not mix', async () => {
    const other = new Metrics(() => 0)
    other.minted()
    expect(await samples('lenskeeper_tokens_minted_total')).toEqual(['lenskeeper_tokens_minted_total 0'])
    other.close()
  })
})

describe('of rollouts and leadership', () => {
  const figures = {
    partnerKey: 'datalens/acme',
    phase: 'Rolling',
    tenants: { total: 3, updated: 1, failed: 1, skipped: 0 },
    pairs: new Map([['1:1', 2]]),
    oldestKeySeconds: 60,
  }

  test('are asked for with each scrape, and nothing stays of what is gone', async () => {
    const rollouts = [figures]
    let leads = false
    metrics.rollouts(() => ({ told: rollouts, leftOut: 2 }))
    metrics.leader(() => leads)
    const lines = async (): Promise<string[]> =>
      (await metrics.render())
        .split('\n')
        .filter(line => /^lenskeeper_(rollout|oldest|leader)/.test(line))
        .sort()
    expect(await lines()).toEqual([
      'lenskeeper_leader 0',
      'lenskeeper_oldest_key_age_seconds{partner_key="datalens/acme"} 60',
      'lenskeeper_rollout_pair_tenants{partner_key="datalens/acme",pair="1:1"} 2',
      'lenskeeper_rollout_phase{partner_key="datalens/acme",phase="Rolling"} 1',
      'lenskeeper_rollout_tenants{partner_key="datalens/acme",state="failed"} 1',
      'lenskeeper_rollout_tenants{partner_key="datalens/acme",state="skipped"} 0',
      'lenskeeper_rollout_tenants{partner_key="datalens/acme",state="total"} 3',
      'lenskeeper_rollout_tenants{partner_key="datalens/acme",state="updated"} 1',
      'lenskeeper_rollouts_left_out 2',
    ])
    rollouts.pop()
    leads = true
    expect(await lines()).toEqual(['lenskeeper_leader 1', 'lenskeeper_rollouts_left_out 2'])
  })
})

describe('of connections', () => {
  test('are those of the scrape, and nothing is left of a connection that is gone', async () => {
    const told = [
      {
        connection: 'datalens/default',
        isReady: true,
        held: { access: 2, tables: 0 },
        orphans: { databases: 1, grants: 0 },
        syncedAt: 1_000,
        syncSeconds: 60,
        certificatesEndAt: undefined,
      },
    ]
    metrics.connections(() => ({ told, leftOut: 0 }))
    expect(await samples('lenskeeper_connection')).toEqual([
      'lenskeeper_connection_ready{connection="datalens/default"} 1',
      'lenskeeper_connection_held{connection="datalens/default",takes="access"} 2',
      'lenskeeper_connection_held{connection="datalens/default",takes="tables"} 0',
      'lenskeeper_connection_orphans{connection="datalens/default",what="databases"} 1',
      'lenskeeper_connection_orphans{connection="datalens/default",what="grants"} 0',
      'lenskeeper_connection_last_sync_timestamp_seconds{connection="datalens/default"} 1000',
      'lenskeeper_connection_sync_interval_seconds{connection="datalens/default"} 60',
      'lenskeeper_connections_left_out 0',
    ])
    told.pop()
    expect(await samples('lenskeeper_connection')).toEqual(['lenskeeper_connections_left_out 0'])
  })
})
