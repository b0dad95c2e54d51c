import { wantedSo } from '../../api/attention.ts'
import type { Alert } from '../alert.ts'
import { each } from '../installation.ts'

const seeKeys = 'kubectl lenskeeper status key -A'
const wanted = wantedSo.join('|')

/** Whether tokens can be made, and whether a rotation goes on. */
export const keyAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperKeyUnusable',
    expr: `max ${each('reason')} (lenskeeper_condition{kind="PartnerKey", type="Minting", status="False", reason!~"AwaitingDataLens|${wanted}"}) > 0`,
    for: '10m',
    severity: 'critical',
    summary: 'For a PartnerKey no token can be minted ({{ $labels.reason }}).',
    description: `Tokens that are about stay good; its new tenants wait. Which, and what helps: ${seeKeys}`,
  },
  {
    name: 'LenskeeperKeyNotReady',
    expr: `max ${each('reason')} (lenskeeper_condition{kind="PartnerKey", type="Ready", status="False", reason!~"RolloutStopped|${wanted}"}) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'A PartnerKey cannot be used as its spec has it ({{ $labels.reason }}).',
    description: `Tokens that are about stay good; with the keys before, new ones may still be made. Which, and what helps: ${seeKeys}`,
  },
  {
    name: 'LenskeeperRolloutStopped',
    expr: `max ${each('partner_key')} (lenskeeper_rollout_phase{phase="Stopped"}) == 1`,
    for: '5m',
    severity: 'warning',
    summary: 'A rotation has stopped ({{ $labels.partner_key }}).',
    description:
      'Too many tenants failed. Those that moved have tokens of the new pair, the others of the former, and all work. Why: kubectl lenskeeper rollout status NAME -n NAMESPACE',
  },
]
