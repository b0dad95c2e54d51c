import { awaitsPerson, refusedOnPurpose, tenantsOwnFaults } from '../../api/attention.ts'
import type { Alert } from '../alert.ts'

const callNobody = [...refusedOnPurpose, ...tenantsOwnFaults, ...awaitsPerson].join('|')

/** Whether tenants and embeds have what they were promised. */
export const tenantAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperTenantsNotReady',
    expr: `sum by (reason) (lenskeeper_condition{kind="ConnectorTenant", type="Ready", status="False", reason!~"${callNobody}"}) > 0`,
    for: '30m',
    severity: 'warning',
    summary: 'Tenants are not Ready ({{ $labels.reason }}).',
    description:
      'Those that their own author has to mend, and those that wait for a person, do not count: kubectl get ctenant -A',
  },
]

export const embedAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperEmbedsFail',
    expr: 'lenskeeper_embeds{state="failing"} > 0',
    for: '10m',
    severity: 'warning',
    summary: 'Links that still work cannot be replaced.',
    description: 'A write is refused: kubectl get dlembed -A',
  },
  {
    name: 'LenskeeperEmbedsOverdue',
    expr: 'lenskeeper_embeds{state="overdue"} > 0',
    severity: 'critical',
    summary: 'Links were not replaced in time and end soon.',
    description: 'Less than half of refreshBefore is left, and then pages go dark: kubectl get dlembed -A',
  },
  {
    name: 'LenskeeperEmbedsExpired',
    expr: 'lenskeeper_embeds{state="expired"} > 0',
    for: '5m',
    severity: 'critical',
    summary: 'Pages are dark, as their link has expired.',
    description: 'The embed’s Ready says why there is no new one: kubectl get dlembed -A',
  },
  {
    name: 'LenskeeperEmbedsNotReady',
    expr: 'lenskeeper_embeds_not_ready > 0',
    for: '30m',
    severity: 'warning',
    summary: 'Embeds are not Ready.',
    description:
      'There is no link as it is asked for. Those that are held, or that their author has to mend, do not count: kubectl get dlembed -A',
  },
]
