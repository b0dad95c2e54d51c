import { wantedSo } from '../../api/attention.ts'
import type { Alert } from '../alert.ts'

const seeKeys = 'kubectl lenskeeper status key -A'
const wanted = wantedSo.join('|')

/** Whether tokens can be made, and whether a rotation goes on. */
export const keyAlerts: readonly Alert[] = [
  {
    name: 'LenskeeperKeyUnusable',
    expr: `sum by (reason) (lenskeeper_condition{kind="PartnerKey", type="Minting", status="False", reason!~"AwaitingDataLens|${wanted}"}) > 0`,
    for: '10m',
    severity: 'critical',
    summary: 'No token can be minted ({{ $labels.reason }}).',
    description: `Tokens that are about stay good; new tenants wait: ${seeKeys}`,
  },
  {
    name: 'LenskeeperKeyNotReady',
    expr: `sum by (reason) (lenskeeper_condition{kind="PartnerKey", type="Ready", status="False", reason!~"RolloutStopped|${wanted}"}) > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'A key of a spec cannot be used ({{ $labels.reason }}).',
    description: `With those before it tokens may still be made: ${seeKeys}`,
  },
  {
    name: 'LenskeeperRolloutStopped',
    expr: 'lenskeeper_rollout_phase{phase="Stopped"} == 1',
    for: '5m',
    severity: 'warning',
    summary: 'A rotation has stopped ({{ $labels.partner_key }}).',
    description:
      'Too many tenants failed. Those that moved have tokens of the new pair, the others of the former, and all work. To see why: kubectl lenskeeper rollout status KEY',
  },
]
