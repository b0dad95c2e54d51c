import { kinds } from '../../api/kinds.ts'
import type { Alert } from '../alert.ts'
import { each, kubectlThere, logsThere } from '../installation.ts'

/** Of our kinds nothing is written but the status. */
const statuses = `resource=~"${kinds.map(({ plural }) => plural).join('|')}", verb="patch"`

/**
 * Installations that should be there: those with targets, by the name of the Service in deploy/, and those that were
 * there within a week. One that was removed on purpose is forgotten after that.
 */
const known = 'up{job="lenskeeper-metrics"} or last_over_time(lenskeeper_leader[7d])'

/** Whether anybody looks after anything. */
export const operatorAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperDown',
    expr: `group ${each()} (${known}) unless group ${each()} (lenskeeper_leader) or on () absent(lenskeeper_leader)`,
    for: '10m',
    severity: 'critical',
    summary: 'No operator can be seen, so nobody may look after tenants and embeds.',
    description: `Tenants keep working; links of embeds end within their lifetime. Whether any operator runs: ${kubectlThere} get pods -l app.kubernetes.io/name=lenskeeper`,
  },
  {
    name: 'LenskeeperNobodyLeads',
    expr: `sum ${each()} (lenskeeper_leader) == 0`,
    for: '2m',
    severity: 'critical',
    summary: 'Operators run, and none of them leads, so nobody works.',
    description: `Tenants keep working; links of embeds end within their lifetime. It may also be that one leads and is not scraped. Who holds the Lease: ${kubectlThere} get lease; why the others cannot: ${logsThere}`,
  },
  {
    name: 'LenskeeperBlind',
    expr: `max ${each()} (lenskeeper_cache_silence_seconds) > 900`,
    severity: 'critical',
    summary: 'An operator has not heard from the API server for 15 minutes.',
    description: `If it is the one that leads, what is declared since then is not seen, and links of embeds may not be replaced. Tenants keep working. Why: ${logsThere}`,
  },
  {
    name: 'LenskeeperCacheFull',
    expr: `max ${each('cache')} (lenskeeper_cache_withheld_namespaces) > 0`,
    for: '15m',
    severity: 'warning',
    summary: 'A namespace holds more than there is room for ({{ $labels.cache }}).',
    description: `It has too many Secrets or ConfigMaps with Lenskeeper’s labels and is served more slowly; nobody else is. The log names it; have them removed, or raise the memory: ${logsThere}`,
  },
  {
    name: 'LenskeeperBehind',
    expr: `max ${each('queue')} (lenskeeper_queue_depth) > 100`,
    for: '30m',
    severity: 'warning',
    summary: 'Work piles up ({{ $labels.queue }}).',
    description:
      'More than 100 objects are due and wait for a worker. ClickHouse or the API server may be slow, which the dashboard shows, or there is more to do than they take.',
  },
  {
    name: 'LenskeeperBug',
    expr: `sum ${each('controller')} (increase(lenskeeper_reconcile_failures_total{code="unknown"}[1h])) > 0`,
    severity: 'warning',
    summary: 'An unexpected failure in the controller {{ $labels.controller }}.',
    description: `It is tried again. The log has the error; please report it, with kubectl lenskeeper report: ${logsThere}`,
  },
  {
    name: 'LenskeeperStatusForbidden',
    expr: `sum ${each('resource')} (rate(lenskeeper_api_requests_total{${statuses}, code="403"}[15m])) > 0`,
    for: '20m',
    severity: 'critical',
    summary: 'The operator is forbidden to write what is so ({{ $labels.resource }}).',
    description: `What kubectl shows of these is old, and alerts that go by it are silent. Give the operator its rights again; what it is refused: ${logsThere}`,
  },
  {
    name: 'LenskeeperStatusInvalid',
    expr: `sum ${each('resource')} (rate(lenskeeper_api_requests_total{${statuses}, code=~"400|413|415|422"}[15m])) > 0`,
    for: '1h',
    severity: 'warning',
    summary: 'The API server refuses what the operator says ({{ $labels.resource }}).',
    description: `What kubectl shows of some of these is old. The CRDs may be older than the operator; what it is answered: ${logsThere}`,
  },
]
