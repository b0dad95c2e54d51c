import { each } from '../installation.ts'
import type { Row } from './panel.ts'

export const clickHouseRow: Row = {
  title: 'ClickHouse',
  panels: [
    {
      type: 'table',
      title: 'Connections',
      description: '1 while tenants of the connection can be served.',
      unit: 'short',
      queries: [
        { expr: `max ${each('connection')} (lenskeeper_connection_ready{$of})`, legend: '{{connection}}' },
      ],
    },
    {
      type: 'timeseries',
      title: 'Since the last good sync',
      description: 'How long ago what is in ClickHouse was compared with what should be.',
      unit: 'dtdurations',
      queries: [
        {
          expr: `time() - max ${each('connection')} (lenskeeper_connection_last_sync_timestamp_seconds{$of})`,
          legend: '{{connection}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Waiting for a confirmation',
      description:
        'Departed tenants that keep their access, and databases that keep their tables, until a person decides.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('connection', 'takes')} (lenskeeper_connection_held{$of})`,
          legend: '{{connection}} {{takes}}',
        },
      ],
      troubleFrom: 1,
    },
    {
      type: 'timeseries',
      title: 'What nobody declares',
      description: 'Databases whose tenant is gone, and grants that no tenant explains.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('connection', 'what')} (lenskeeper_connection_orphans{$of})`,
          legend: '{{connection}} {{what}}',
        },
      ],
    },
    {
      type: 'stat',
      title: 'Certificates end in',
      description: 'The first of each connection’s endpoints.',
      unit: 'dtdurations',
      queries: [
        {
          expr: `min ${each('connection')} (lenskeeper_connection_certificate_expiry_timestamp_seconds{$of}) - time()`,
          legend: '{{connection}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Statements',
      description: 'By what they do. A settled fleet sends those of its syncs.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('kind')} (rate(lenskeeper_clickhouse_statements_total{$of}[$__rate_interval]))`,
          legend: '{{kind}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Statements that failed',
      description: 'By the code of the error.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('code')} (rate(lenskeeper_clickhouse_statements_total{$of, code!="ok"}[$__rate_interval]))`,
          legend: '{{code}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Duration of statements, 99th percentile',
      description: 'By what they do.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.99, sum ${each('kind', 'le')} (rate(lenskeeper_clickhouse_statement_seconds_bucket{$of}[$__rate_interval])))`,
          legend: '{{kind}}',
        },
      ],
    },
  ],
}
