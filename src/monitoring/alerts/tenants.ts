import { awaitsPerson, refusedOnPurpose, tenantsOwnFaults } from '../../api/attention.ts'
import type { Alert } from '../alert.ts'
import { each } from '../installation.ts'

const seeTenants = 'kubectl lenskeeper status tenant -A'
const seeEmbeds = 'kubectl lenskeeper status embed -A'
const callNobody = [...refusedOnPurpose, ...tenantsOwnFaults, ...awaitsPerson].join('|')

/** Whether tenants and embeds have what they were promised. */
export const tenantAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperTenantsNotReady',
    expr: `max ${each('reason')} (lenskeeper_condition{kind="ConnectorTenant", type="Ready", status="False", reason!~"${callNobody}"}) > 0`,
    for: '30m',
    severity: 'warning',
    summary: 'Tenants are not Ready ({{ $labels.reason }}).',
    description: `Those that their own author has to mend, and those that wait for a person, do not count. Which, and what helps: ${seeTenants}`,
  },
]

export const embedAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperEmbedsFail',
    expr: `max ${each()} (lenskeeper_embeds{state="failing"}) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'Links that still work cannot be replaced.',
    description: `The write of their Secret is refused. Until when each works, and why: ${seeEmbeds}`,
  },
  {
    name: 'LenskeeperEmbedsOverdue',
    expr: `max ${each()} (lenskeeper_embeds{state="overdue"}) > 0`,
    severity: 'critical',
    summary: 'Links were not replaced in time and end soon.',
    description: `Less than half of refreshBefore is left, and then pages go dark. Which, and why: ${seeEmbeds}`,
  },
  {
    name: 'LenskeeperEmbedsExpired',
    expr: `max ${each()} (lenskeeper_embeds{state="expired"}) > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'Pages are dark, as their link has expired.',
    description: `The embed’s Ready says why there is no new one: ${seeEmbeds}`,
  },
  {
    name: 'LenskeeperEmbedsNotReady',
    expr: `max ${each()} (lenskeeper_embeds_not_ready) > 0`,
    for: '30m',
    severity: 'warning',
    summary: 'Embeds are not Ready.',
    description: `There is no link as it is asked for. Those that are held, or that their author has to mend, do not count. Which, and why: ${seeEmbeds}`,
  },
]
