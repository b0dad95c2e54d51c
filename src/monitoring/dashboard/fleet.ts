import { each, onEach } from '../installation.ts'
import type { Row } from './panel.ts'

/** Two operators tell the same of objects, as both have their caches filled: so the greatest, never the sum. */
export const fleetRow: Row = {
  title: 'Fleet',
  panels: [
    {
      type: 'stat',
      title: 'Leaders',
      description: 'Operators that may write. One of each installation, or nobody works there.',
      unit: 'short',
      queries: [{ expr: `sum ${each()} (lenskeeper_leader{$of})`, legend: 'leaders' }],
    },
    {
      type: 'stat',
      title: 'Tenants',
      description: 'ConnectorTenants by their condition Ready.',
      unit: 'short',
      queries: [{ expr: `max ${each('ready')} (lenskeeper_tenants{$of})`, legend: 'Ready {{ready}}' }],
    },
    {
      type: 'timeseries',
      title: 'Tenants that are not Ready',
      description: 'By reason. Those that are refused on purpose have a panel of their own.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('reason')} (lenskeeper_condition{$of, kind="ConnectorTenant", type="Ready", status="False"}) > 0 unless ${onEach('reason')} lenskeeper_tenants_refused{$of}`,
          legend: '{{reason}}',
        },
      ],
      troubleFrom: 1,
    },
    {
      type: 'timeseries',
      title: 'Tenants refused on purpose',
      description: 'They ask for what they may not have: their authors see it, nobody else is called.',
      unit: 'short',
      queries: [{ expr: `max ${each('reason')} (lenskeeper_tenants_refused{$of})`, legend: '{{reason}}' }],
    },
    {
      type: 'timeseries',
      title: 'Links of embeds',
      description: 'SecureEmbeds by the link in their Secret.',
      unit: 'short',
      queries: [{ expr: `max ${each('state')} (lenskeeper_embeds{$of})`, legend: '{{state}}' }],
    },
    {
      type: 'stat',
      title: 'The first link ends in',
      description: 'Unless it is replaced, as it is long before. Suspended embeds do not count.',
      unit: 'dtdurations',
      queries: [
        {
          expr: `min ${each()} (lenskeeper_embed_soonest_expiry_timestamp_seconds{$of}) - time()`,
          legend: 'first',
        },
      ],
    },
  ],
}
