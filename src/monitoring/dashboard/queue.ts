import { each } from '../installation.ts'
import type { Row } from './panel.ts'

export const queueRow: Row = {
  title: 'Queue and process',
  panels: [
    {
      type: 'timeseries',
      title: 'Waiting for a worker',
      description: 'Objects that are due, by queue.',
      unit: 'short',
      queries: [{ expr: `max ${each('queue')} (lenskeeper_queue_depth{$of})`, legend: '{{queue}}' }],
      troubleFrom: 100,
    },
    {
      type: 'timeseries',
      title: 'Wait, 99th percentile',
      description: 'From due to taken.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.99, sum ${each('queue', 'le')} (rate(lenskeeper_queue_latency_seconds_bucket{$of}[$__rate_interval])))`,
          legend: '{{queue}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Looks at objects',
      description: 'By controller and how they ended.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('controller', 'result')} (rate(lenskeeper_reconcile_seconds_count{$of}[$__rate_interval]))`,
          legend: '{{controller}} {{result}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Looks that failed',
      description: 'By the code of the error. unknown is a fault of the operator: please report it.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('controller', 'code')} (rate(lenskeeper_reconcile_failures_total{$of}[$__rate_interval]))`,
          legend: '{{controller}} {{code}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Memory',
      description: 'Resident, by Pod. The limit in deploy/ is 512 MiB.',
      unit: 'bytes',
      queries: [{ expr: 'process_resident_memory_bytes{$of}', legend: '{{pod}}' }],
    },
    {
      type: 'timeseries',
      title: 'Event-loop delay, 99th percentile',
      description: 'Since the scrape before, by Pod.',
      unit: 's',
      queries: [{ expr: 'lenskeeper_event_loop_delay_p99_seconds{$of}', legend: '{{pod}}' }],
    },
  ],
}
