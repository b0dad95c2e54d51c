import { each } from '../installation.ts'
import type { Row } from './panel.ts'

export const rotationRow: Row = {
  title: 'Keys and rotation',
  panels: [
    {
      type: 'table',
      title: 'Phases',
      description: 'In which phase each PartnerKey’s rollout is.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('partner_key', 'phase')} (lenskeeper_rollout_phase{$of}) == 1`,
          legend: '{{partner_key}} {{phase}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tenants with a token of the target pair',
      description: 'The share of each PartnerKey’s tenants. It ends at 1.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max ${each('partner_key')} (lenskeeper_rollout_tenants{$of, state="updated"}) / (max ${each('partner_key')} (lenskeeper_rollout_tenants{$of, state="total"}) > 0)`,
          legend: '{{partner_key}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tenants that failed',
      description: 'With more than maxFailures of them, the rollout stops.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('partner_key')} (lenskeeper_rollout_tenants{$of, state="failed"})`,
          legend: '{{partner_key}}',
        },
      ],
      troubleFrom: 1,
    },
    {
      type: 'timeseries',
      title: 'Tenants by the pair of their token',
      description: 'DataLens’s key version, and yours.',
      unit: 'short',
      queries: [
        {
          expr: `max ${each('partner_key', 'pair')} (lenskeeper_rollout_pair_tenants{$of})`,
          legend: '{{partner_key}} {{pair}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Age of the oldest key in use',
      description: 'Of yours, that a token in a Secret was made with.',
      unit: 'dtdurations',
      queries: [
        {
          expr: `max ${each('partner_key')} (lenskeeper_oldest_key_age_seconds{$of})`,
          legend: '{{partner_key}}',
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tokens minted',
      description: 'A settled fleet mints none.',
      unit: 'ops',
      queries: [
        {
          expr: `sum ${each()} (rate(lenskeeper_tokens_minted_total{$of}[$__rate_interval]))`,
          legend: 'tokens',
        },
      ],
    },
  ],
}
