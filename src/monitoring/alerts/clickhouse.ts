import { wantedSo } from '../../api/attention.ts'
import type { Alert } from '../alert.ts'
import { each } from '../installation.ts'

const seeConnections = 'kubectl lenskeeper status connection -A'
const wanted = wantedSo.join('|')

/** Whether ClickHouse can be worked with, and whether DataLens gets in there, to what it should. */
export const clickHouseAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperConnectionNotReady',
    expr: `max ${each('reason')} (lenskeeper_condition{kind="ClickHouseConnection", type="Ready", status!="True", reason!~"${wanted}"}) > 0`,
    for: '10m',
    severity: 'critical',
    summary: 'A ClickHouse cannot be used ({{ $labels.reason }}).',
    description: `Tenants that have a token keep it, and their charts work where DataLens still reaches the server; new ones wait, and nothing that was changed by hand is mended. Which, and what helps: ${seeConnections}`,
  },
  {
    name: 'LenskeeperClickHousePartlyAway',
    expr: `max ${each('reason')} (lenskeeper_condition{type="Reachable", status="False"}) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'At least one replica is away, or cannot be worked with ({{ $labels.reason }}).',
    description: `Tenants that are Ready stay so; new ones wait. Which, and what helps: ${seeConnections}`,
  },
  {
    name: 'LenskeeperSyncStale',
    expr: `time() - max ${each('connection')} (lenskeeper_connection_last_sync_timestamp_seconds) > 3 * max ${each('connection')} (lenskeeper_connection_sync_interval_seconds) + 600`,
    for: '5m',
    severity: 'warning',
    summary: 'What is in ClickHouse was not compared of late ({{ $labels.connection }}).',
    description: `Three syncs in a row did not end well, so what somebody changed by hand there is not mended. Why: ${seeConnections}`,
  },
  {
    name: 'LenskeeperCertificateExpires',
    expr: `min ${each('connection')} (lenskeeper_connection_certificate_expiry_timestamp_seconds) - time() < 14 * 86400`,
    for: '1h',
    severity: 'warning',
    summary: 'A certificate of ClickHouse ends within 14 days ({{ $labels.connection }}).',
    description:
      'Once it has ended, neither the operator nor DataLens gets in. Renew it on the servers that the connection names.',
  },
  {
    name: 'LenskeeperStatementsRefused',
    expr: `max ${each()} (lenskeeper_condition{type="StatementsRefused", status="True"}) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'ClickHouse refuses what tenants wait for.',
    description: `Tenants that are Ready stay so. The condition StatementsRefused has the error, and how many wait: ${seeConnections}`,
  },
  {
    name: 'LenskeeperClickHouseFails',
    expr: `sum ${each('code')} (rate(lenskeeper_clickhouse_statements_total{code!="ok"}[10m])) > 0`,
    for: '15m',
    severity: 'warning',
    summary: 'ClickHouse refuses or does not answer ({{ $labels.code }}).',
    description: `Statements fail, again and again. Of which connection, and why: ${seeConnections}`,
  },
  {
    name: 'LenskeeperSweepHeld',
    expr: `max ${each('reason')} (lenskeeper_condition{type="SweepHeld", status="True"}) > 0`,
    for: '1m',
    severity: 'warning',
    summary: 'Many tenants are gone at once, and wait for somebody to decide ({{ $labels.reason }}).',
    description: `They keep their access, or their tables, until then. Apply them again, or confirm exactly these; how: ${seeConnections}`,
  },
]

export const readerAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperReaderTooBroad',
    expr: `max ${each('reason')} (lenskeeper_condition{type="ReaderVerified", reason=~"GrantBroaderThanDeclared|AccessRemains"}) > 0`,
    for: '2m',
    severity: 'critical',
    summary: 'The reader may read more than it should ({{ $labels.reason }}).',
    description: `Tokens open what they should not: every token all of it, or, with AccessRemains, those whose access was taken. The condition ReaderVerified has the REVOKE: ${seeConnections}`,
  },
  {
    name: 'LenskeeperReaderNotVerified',
    expr: `max ${each('reason')} (lenskeeper_condition{type="ReaderVerified", status="False", reason!~"GrantBroaderThanDeclared|AccessRemains|ViewRefused|${wanted}"}) > 0`,
    for: '10m',
    severity: 'critical',
    summary: 'DataLens might not get in as the reader ({{ $labels.reason }}).',
    description: `The charts of all tenants of a connection may be empty. Which, and what helps: ${seeConnections}`,
  },
  {
    name: 'LenskeeperReaderUnverified',
    expr: `max ${each()} (lenskeeper_condition{type="ReaderVerified", reason="ReaderUnverified"}) > 0`,
    for: '30m',
    severity: 'warning',
    summary: 'The reader cannot be tried, so nobody knows whether DataLens gets in.',
    description: `The condition ReaderVerified says why: ${seeConnections}`,
  },
  {
    name: 'LenskeeperViewRefused',
    expr: `max ${each()} (lenskeeper_condition{type="ReaderVerified", reason="ViewRefused"}) > 0`,
    for: '1h',
    severity: 'warning',
    summary: 'A tenant’s view reads another database, so its charts fail.',
    description: `All else works. The condition ReaderVerified names the view: ${seeConnections}`,
  },
]
