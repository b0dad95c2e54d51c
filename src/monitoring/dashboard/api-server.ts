import { each } from '../installation.ts'
import type { Row } from './panel.ts'

export const apiServerRow: Row = {
  title: 'API server',
  panels: [
    {
      type: 'timeseries',
      title: 'Requests',
      description: 'By verb and resource. A settled fleet has its watches, and the Lease.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('verb', 'resource')} (rate(lenskeeper_api_requests_total{$of}[$__rate_interval]))`,
          legend: '{{verb}} {{resource}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Requests that failed',
      description: 'By the code of the answer. 409 is a write that came second, and is tried again.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('code')} (rate(lenskeeper_api_requests_total{$of, code!~"2.."}[$__rate_interval]))`,
          legend: '{{code}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Duration of requests, 99th percentile',
      description: 'By verb; without what a watch stays open.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.99, sum ${each('verb', 'le')} (rate(lenskeeper_api_request_seconds_bucket{$of, verb!="watch"}[$__rate_interval])))`,
          legend: '{{verb}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Silence of watches',
      description:
        'Since the API server was last heard from, by cache. A quiet watch is heard of every few minutes.',
      unit: 's',
      queries: [
        {
          expr: `max ${each('reflector')} (lenskeeper_cache_silence_seconds{$of})`,
          legend: '{{reflector}}',
        },
      ],
      troubleFrom: 900,
    },
    {
      type: 'timeseries',
      title: 'Ends of watches',
      description: 'By cause; ended is in order, early in order and before its time.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each('why')} (rate(lenskeeper_cache_watch_ends_total{$of}[$__rate_interval]))`,
          legend: '{{why}}',
        },
      ],
    },
  ],
}
