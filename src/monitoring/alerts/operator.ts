import { kinds } from '../../api/kinds.ts'
import type { Alert } from '../alert.ts'

/** Of our kinds nothing is written but the status. */
const statuses = `resource=~"${kinds.map(({ plural }) => plural).join('|')}", verb="patch"`

/** Whether anybody looks after anything. */
export const operatorAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperDown',
    expr: 'absent(lenskeeper_event_loop_delay_p99_seconds)',
    for: '10m',
    severity: 'critical',
    summary: 'Nobody looks after tenants and embeds.',
    description:
      'No operator is scraped. Tenants keep working; links of embeds end within their lifetime: kubectl -n lenskeeper-system get pods',
  },
  {
    name: 'LenskeeperNobodyLeads',
    expr: 'sum(lenskeeper_leader) == 0',
    for: '2m',
    severity: 'critical',
    summary: 'Operators run, and none of them works.',
    description:
      'Tenants keep working; links of embeds end within their lifetime. See the operators’ logs, and kubectl -n lenskeeper-system get lease',
  },
  {
    name: 'LenskeeperBlind',
    expr: 'max(lenskeeper_cache_silence_seconds) > 900',
    severity: 'critical',
    summary: 'The API server has not been heard from for 15 minutes.',
    description:
      'What is declared since then is not seen. Tenants keep working; links of embeds cannot be replaced: kubectl -n lenskeeper-system logs deploy/lenskeeper',
  },
  {
    name: 'LenskeeperCacheFull',
    expr: 'lenskeeper_cache_withheld_namespaces > 0',
    for: '15m',
    severity: 'warning',
    summary: 'A namespace holds more Secrets or ConfigMaps with our labels than there is room for.',
    description:
      'It is served more slowly, and nobody else is. The log names it: raise the memory, or have them removed.',
  },
  {
    name: 'LenskeeperBehind',
    expr: 'sum by (queue) (lenskeeper_queue_depth) > 100',
    for: '30m',
    severity: 'warning',
    summary: 'Work piles up ({{ $labels.queue }}).',
    description:
      'More than 100 objects are due and wait for a worker. ClickHouse or the API server may be slow, or there is more to do than they take.',
  },
  {
    name: 'LenskeeperBug',
    expr: 'increase(lenskeeper_reconcile_failures_total{code="unknown"}[1h]) > 0',
    severity: 'warning',
    summary: 'An unexpected failure in the controller {{ $labels.controller }}.',
    description: 'It is tried again. The log has the error; please report it, with lenskeeper report.',
  },
  {
    name: 'LenskeeperStatusForbidden',
    expr: `sum by (resource) (rate(lenskeeper_api_requests_total{${statuses}, code="403"}[15m])) > 0`,
    for: '20m',
    severity: 'critical',
    summary: 'The operator may not write what is so ({{ $labels.resource }}).',
    description:
      'Statuses are old, and alerts that go by them silent. Give the operator its rights again: kubectl -n lenskeeper-system logs deploy/lenskeeper',
  },
  {
    name: 'LenskeeperStatusInvalid',
    expr: `sum by (resource) (rate(lenskeeper_api_requests_total{${statuses}, code=~"400|413|415|422"}[15m])) > 0`,
    for: '1h',
    severity: 'warning',
    summary: 'The API server refuses what the operator says ({{ $labels.resource }}).',
    description:
      'Some statuses are old. The CRDs may be older than the operator: kubectl -n lenskeeper-system logs deploy/lenskeeper',
  },
]
