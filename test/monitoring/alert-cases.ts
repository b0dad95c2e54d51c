/** For each alert, what is scraped once a minute when it should call somebody, and what is scraped when it should not. */

/** By series: values a minute apart, as promtool writes them; `1x30` is 1, and 30 times 1 after that. */
export type Scrapes = Readonly<Record<string, string>>

export interface AlertCase {
  /** What the operators of one installation tell. */
  readonly fires: Scrapes
  /** Other ways to the same. */
  readonly also?: readonly Scrapes[]
  /** Minutes after the first scrape at which it has been so for long enough. */
  readonly at: number
  /** Labels of what is sent, besides the severity. */
  readonly labels?: Readonly<Record<string, string>>
  /** Near misses: each is quiet at the same time. */
  readonly quiet: readonly Scrapes[]
}

const ofPod = (metric: string, pod: 'a' | 'b'): string =>
  metric.endsWith('}') ? `${metric.slice(0, -1)}, pod="${pod}"}` : `${metric}{pod="${pod}"}`
const leader = ofPod('lenskeeper_leader', 'a')
const standby = ofPod('lenskeeper_leader', 'b')

function condition(kind: string, type: string, status: string, reason: string): string {
  return `lenskeeper_condition{kind="${kind}", type="${type}", status="${status}", reason="${reason}"}`
}

const connection = (type: string, status: string, reason: string): string =>
  condition('ClickHouseConnection', type, status, reason)
const key = (type: string, status: string, reason: string): string =>
  condition('PartnerKey', type, status, reason)
const tenant = (status: string, reason: string): string =>
  condition('ConnectorTenant', 'Ready', status, reason)
const embeds = (state: string): string => `lenskeeper_embeds{state="${state}"}`
const synced = 'lenskeeper_connection_last_sync_timestamp_seconds{connection="datalens/default"}'
const interval = 'lenskeeper_connection_sync_interval_seconds{connection="datalens/default"}'
const certificate =
  'lenskeeper_connection_certificate_expiry_timestamp_seconds{connection="datalens/default"}'
const depth = 'lenskeeper_queue_depth{queue="tenants"}'
const bug = 'lenskeeper_reconcile_failures_total{controller="tenants", code="unknown"}'
const patches = (resource: string, code: number): string =>
  `lenskeeper_api_requests_total{verb="patch", resource="${resource}", code="${code}"}`
const day = 86_400

const operatorCases = {
  LenskeeperDown: {
    // Its Pods are gone.
    fires: { [leader]: '1x5 stale', [standby]: '0x5 stale' },
    // Nothing was ever scraped.
    also: [{}],
    at: 17,
    quiet: [
      { [leader]: '1x30', [standby]: '0x30' },
      // One is gone, and the other takes over.
      { [leader]: '1x5 stale', [standby]: '0x5 1x25' },
      // A rolling update.
      { [leader]: '1x5 stale', 'lenskeeper_leader{pod="c"}': '_x10 1x20' },
    ],
  },
  LenskeeperNobodyLeads: {
    fires: { [leader]: '0x30', [standby]: '0x30' },
    at: 3,
    quiet: [{ [leader]: '1x30', [standby]: '0x30' }],
  },
  LenskeeperBlind: {
    fires: { 'lenskeeper_cache_silence_seconds{reflector="secrets"}': '901x5' },
    at: 1,
    quiet: [{ 'lenskeeper_cache_silence_seconds{reflector="secrets"}': '630x5' }],
  },
  LenskeeperCacheFull: {
    fires: { 'lenskeeper_cache_withheld_namespaces{cache="secrets"}': '1x30' },
    at: 16,
    labels: { cache: 'secrets' },
    quiet: [{ 'lenskeeper_cache_withheld_namespaces{cache="secrets"}': '0x30' }],
  },
  LenskeeperBehind: {
    fires: { [depth]: '101x60' },
    at: 31,
    labels: { queue: 'tenants' },
    quiet: [
      { [depth]: '100x60' },
      // A rush that passes.
      { [depth]: '5000x25 0x60' },
      // The same objects, told twice.
      { [ofPod(depth, 'a')]: '60x60', [ofPod(depth, 'b')]: '60x60' },
    ],
  },
  LenskeeperBug: {
    // The first one: the series was there before.
    fires: { [bug]: '0x5 1x30' },
    at: 10,
    labels: { controller: 'tenants' },
    quiet: [
      { [bug]: '3x30' },
      { 'lenskeeper_reconcile_failures_total{controller="tenants", code="conflict"}': '0x5 1x30' },
    ],
  },
  LenskeeperStatusForbidden: {
    // One connection, tried again once in five minutes.
    fires: { [patches('clickhouseconnections', 403)]: '1x4 2x4 3x4 4x4 5x4 6x4 7x4 8x4 9x4' },
    at: 40,
    labels: { resource: 'clickhouseconnections' },
    quiet: [
      { [patches('clickhouseconnections', 200)]: '0+9x60', [patches('clickhouseconnections', 403)]: '5x60' },
      // It was so for a moment.
      { [patches('clickhouseconnections', 403)]: '1x4 2x4 3x60' },
      // A quota on Secrets, which the status tells.
      { [patches('secrets', 403)]: '0+9x60' },
    ],
  },
  LenskeeperStatusInvalid: {
    fires: { [patches('connectortenants', 422)]: '0+1x120' },
    at: 80,
    labels: { resource: 'connectortenants' },
    quiet: [
      // Objects that somebody made anew meanwhile.
      { [patches('connectortenants', 422)]: '0x30 4x90' },
      { [patches('connectortenants', 409)]: '0+1x120' },
    ],
  },
} satisfies Record<string, AlertCase>

const clickHouseCases = {
  LenskeeperConnectionNotReady: {
    fires: { [connection('Ready', 'False', 'Unreachable')]: '1x30' },
    at: 11,
    labels: { reason: 'Unreachable' },
    quiet: [
      {
        [connection('Ready', 'True', 'Ready')]: '1x30',
        [connection('Ready', 'False', 'Unreachable')]: '0x30',
      },
      { [connection('Ready', 'False', 'Unreachable')]: '1x8 0x30' },
      // Somebody wants it so.
      { [connection('Ready', 'False', 'Suspended')]: '1x30' },
      { [connection('Ready', 'Unknown', 'Observing')]: '1x30' },
      { [connection('Ready', 'False', 'Observing')]: '1x30' },
    ],
  },
  LenskeeperClickHousePartlyAway: {
    fires: { [connection('Reachable', 'False', 'PartlyReachable')]: '1x30' },
    at: 11,
    labels: { reason: 'PartlyReachable' },
    quiet: [{ [connection('Reachable', 'True', 'Reachable')]: '1x30' }],
  },
  LenskeeperSyncStale: {
    fires: { [synced]: '0x60', [interval]: '60x60' },
    at: 20,
    labels: { connection: 'datalens/default' },
    quiet: [
      { [synced]: '0+60x60', [interval]: '60x60' },
      // It is to be looked at twice a day.
      { [synced]: '0x60', [interval]: '43200x60' },
      // The one that stands by syncs nothing, and tells no time; the one that leads does, from its first look on.
      { [ofPod(interval, 'b')]: '60x60', [ofPod(synced, 'a')]: '0+60x60', [ofPod(interval, 'a')]: '60x60' },
    ],
  },
  LenskeeperCertificateExpires: {
    fires: { [certificate]: `${13 * day}x90` },
    at: 61,
    labels: { connection: 'datalens/default' },
    quiet: [{ [certificate]: `${15 * day}x90` }, {}],
  },
  LenskeeperStatementsRefused: {
    fires: { [connection('StatementsRefused', 'True', 'StatementsRefused')]: '1x30' },
    at: 6,
    quiet: [{ [connection('StatementsRefused', 'False', 'NothingRefused')]: '1x30' }],
  },
  LenskeeperClickHouseFails: {
    fires: { 'lenskeeper_clickhouse_statements_total{kind="grant", code="timeout"}': '0+1x40' },
    at: 20,
    labels: { code: 'timeout' },
    quiet: [
      { 'lenskeeper_clickhouse_statements_total{kind="grant", code="ok"}': '0+9x40' },
      { 'lenskeeper_clickhouse_statements_total{kind="grant", code="timeout"}': '4x40' },
    ],
  },
  LenskeeperSweepHeld: {
    fires: { [connection('SweepHeld', 'True', 'SweepHeld')]: '1x30' },
    at: 2,
    labels: { reason: 'SweepHeld' },
    quiet: [{ [connection('SweepHeld', 'False', 'NothingToSweep')]: '1x30' }],
  },
} satisfies Record<string, AlertCase>

const verified = connection('ReaderVerified', 'True', 'ReaderVerified')

const readerCases = {
  LenskeeperReaderTooBroad: {
    fires: { [connection('ReaderVerified', 'False', 'GrantBroaderThanDeclared')]: '1x30' },
    at: 3,
    labels: { reason: 'GrantBroaderThanDeclared' },
    quiet: [{ [verified]: '1x30' }],
  },
  LenskeeperReaderNotVerified: {
    fires: { [connection('ReaderVerified', 'False', 'ReaderMissing')]: '1x30' },
    at: 11,
    labels: { reason: 'ReaderMissing' },
    quiet: [
      { [verified]: '1x30' },
      // These have alerts of their own.
      { [connection('ReaderVerified', 'False', 'GrantBroaderThanDeclared')]: '1x30' },
      { [connection('ReaderVerified', 'False', 'AccessRemains')]: '1x30' },
      { [connection('ReaderVerified', 'False', 'ViewRefused')]: '1x30' },
      // Somebody wants it so.
      { [connection('ReaderVerified', 'False', 'Suspended')]: '1x30' },
      { [connection('ReaderVerified', 'False', 'Observing')]: '1x30' },
    ],
  },
  LenskeeperReaderUnverified: {
    fires: { [connection('ReaderVerified', 'Unknown', 'ReaderUnverified')]: '1x60' },
    at: 31,
    quiet: [{ [connection('ReaderVerified', 'Unknown', 'ReaderUnverified')]: '1x20 0x60' }],
  },
  LenskeeperViewRefused: {
    fires: { [connection('ReaderVerified', 'False', 'ViewRefused')]: '1x90' },
    at: 61,
    quiet: [{ [verified]: '1x90' }],
  },
} satisfies Record<string, AlertCase>

const keyCases = {
  LenskeeperKeyUnusable: {
    fires: { [key('Minting', 'False', 'KeyLost')]: '1x30' },
    at: 11,
    labels: { reason: 'KeyLost' },
    quiet: [
      { [key('Minting', 'True', 'Minting')]: '1x30' },
      { [key('Minting', 'False', 'AwaitingDataLens')]: '1x30' },
      { [key('Minting', 'False', 'Suspended')]: '1x30' },
      { [key('Minting', 'False', 'Observing')]: '1x30' },
    ],
  },
  LenskeeperKeyNotReady: {
    fires: { [key('Ready', 'False', 'KeyInvalid')]: '1x30' },
    at: 11,
    labels: { reason: 'KeyInvalid' },
    quiet: [
      { [key('Ready', 'True', 'HandoverReady')]: '1x30' },
      // It has an alert of its own.
      { [key('Ready', 'False', 'RolloutStopped')]: '1x30' },
      { [key('Ready', 'False', 'Observing')]: '1x30' },
    ],
  },
  LenskeeperRolloutStopped: {
    fires: { 'lenskeeper_rollout_phase{partner_key="datalens/acme", phase="Stopped"}': '1x30' },
    at: 6,
    labels: { partner_key: 'datalens/acme' },
    quiet: [{ 'lenskeeper_rollout_phase{partner_key="datalens/acme", phase="Rolling"}': '1x30' }],
  },
} satisfies Record<string, AlertCase>

const tenantCases = {
  LenskeeperTenantsNotReady: {
    fires: { [tenant('False', 'DatabaseLost')]: '1x60' },
    at: 31,
    labels: { reason: 'DatabaseLost' },
    quiet: [
      { [tenant('True', 'Ready')]: '100x60', [tenant('False', 'DatabaseLost')]: '0x60' },
      { [tenant('False', 'NamespaceNotAllowed')]: '9x60', [tenant('False', 'NameRetired')]: '1x60' },
      { [tenant('False', 'AwaitingKey')]: '100x60' },
      // Their author misspelt a name, or has something in the way.
      { [tenant('False', 'PartnerKeyNotFound')]: '1x60', [tenant('False', 'SecretConflict')]: '1x60' },
      { [tenant('False', 'SecretRefused')]: '1x60' },
      { [tenant('Unknown', 'Suspended')]: '1x60' },
    ],
  },
  LenskeeperEmbedsFail: {
    fires: { [embeds('failing')]: '1x30' },
    at: 11,
    quiet: [{ [embeds('fresh')]: '5x30', [embeds('failing')]: '0x30' }],
  },
  LenskeeperEmbedsOverdue: {
    fires: { [embeds('overdue')]: '1x30' },
    at: 1,
    quiet: [{ [embeds('fresh')]: '5x30', [embeds('suspended')]: '5x30', [embeds('waiting')]: '5x30' }],
  },
  LenskeeperEmbedsExpired: {
    fires: { [embeds('expired')]: '1x30' },
    at: 6,
    quiet: [{ [embeds('suspended')]: '5x30', [embeds('waiting')]: '5x30', [embeds('expired')]: '0x30' }],
  },
  LenskeeperEmbedsNotReady: {
    fires: { lenskeeper_embeds_not_ready: '2x60' },
    at: 31,
    quiet: [{ lenskeeper_embeds_not_ready: '2x20 0x60' }],
  },
} satisfies Record<string, AlertCase>

export const alertCases: Readonly<Record<string, AlertCase>> = {
  ...operatorCases,
  ...clickHouseCases,
  ...readerCases,
  ...keyCases,
  ...tenantCases,
}
