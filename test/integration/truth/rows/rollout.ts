/** A rotation under way, as it waits for time, for a person, or for something to be mended. */
import type { Corner } from '../corner/corner.ts'
import { labelled } from '../corner/objects.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'PartnerKey'
const type = 'RolledOut'
const well = allWell[kind]
const onward = { batch: { percent: 100, interval: '0s' } }
const canary = { selector: { matchLabels: { ring: 'canary' } } }

/** Two tenants with tokens of the first pair; then the second key. The tenant `one` goes first where there is a canary. */
async function rotate(corner: Corner, rollout: object): Promise<void> {
  await corner.connect()
  await corner.partnerKey({ privateKeySecretRef: undefined, rollout: { ...onward, ...rollout } })
  await corner.world.apply(labelled(corner.tenant(), { ring: 'canary' }), corner.tenant('two'))
  for (const name of ['one', 'two']) await corner.world.tenantIs(corner.key(name), 'True', 'Ready')
  await corner.edit(kind, { spec: { keyVersion: 2 } })
}

const onTheWay = { kind, type, somebody: false, kstatus: 'Current', alerts: [] } as const

export const rolloutRows: readonly Row[] = [
  {
    ...onTheWay,
    reason: 'RollingOut',
    shares: true,
    bring: corner => rotate(corner, { canary: { ...canary, soak: '1h' } }),
    shows: { ...well, RolledOut: 'False RollingOut', Reconciling: 'True RollingOut' },
    kstatus: 'InProgress',
    remedy: corner => corner.edit(kind, { spec: { rollout: { canary: { soak: '0s' } } } }),
  },
  {
    ...onTheWay,
    reason: 'Paused',
    shares: true,
    bring: corner => rotate(corner, { paused: true }),
    shows: { ...well, RolledOut: 'False Paused' },
    remedy: corner => corner.edit(kind, { spec: { rollout: { paused: false } } }),
  },
  {
    ...onTheWay,
    reason: 'AwaitingPromotion',
    shares: true,
    bring: corner => rotate(corner, { canary: { ...canary, promotion: 'Manual' } }),
    shows: { ...well, RolledOut: 'False AwaitingPromotion' },
    says: /spec\.rollout\.promoted to "1:2"/,
    remedy: corner => corner.edit(kind, { spec: { rollout: { promoted: '1:2' } } }),
  },
  {
    ...onTheWay,
    type: 'Ready',
    reason: 'RolloutStopped',
    shares: true,
    bring: async corner => {
      await rotate(corner, { canary: { ...canary, soak: '1h' } })
      await corner.until(kind, 'RolledOut False RollingOut')
      await corner.annotate('ConnectorTenant', { 'lenskeeper.dev/rejected': '1:2' })
      await corner.edit(kind, { spec: { rollout: { canary: { soak: '0s' } } } })
    },
    shows: {
      ...well,
      Ready: 'False RolloutStopped',
      RolledOut: 'False RolloutStopped',
      Stalled: 'True RolloutStopped',
    },
    somebody: true,
    // Its token is good for ClickHouse; DataLens refuses it.
    explain: 0,
    kstatus: 'Failed',
    alerts: ['LenskeeperRolloutStopped'],
    says: /DataLens refused its token.*set the key versions back to 1:1/,
    remedy: corner => corner.edit(kind, { spec: { keyVersion: 1 } }),
  },
]
