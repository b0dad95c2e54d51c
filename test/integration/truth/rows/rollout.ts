/** A rotation under way, as it waits for time, for a person, or for something to be mended. */
import type { Corner } from '../corner.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'PartnerKey'
const type = 'RolledOut'
const well = allWell[kind]
const onward = { batch: { percent: 100, interval: '0s' } }

/** Two tenants with tokens of the first pair; then the second key. */
async function rotate(corner: Corner, rollout: object): Promise<void> {
  await corner.connect()
  await corner.partnerKey({ privateKeySecretRef: undefined, rollout: { ...onward, ...rollout } })
  await corner.world.apply(corner.labelled(corner.tenant(), { ring: 'canary' }), corner.tenant('two'))
  for (const name of ['one', 'two']) await corner.world.tenantIs(corner.key(name), 'True', 'Ready')
  await corner.edit(kind, { spec: { keyVersion: 2 } })
}

const onTheWay = { kind, type, somebody: false, kstatus: 'Current', alerts: [] } as const

export const rolloutRows: readonly Row[] = [
  {
    ...onTheWay,
    reason: 'Paused',
    shares: true,
    bring: corner => rotate(corner, { paused: true }),
    shows: { ...well, RolledOut: 'False Paused' },
    remedy: corner => corner.edit(kind, { spec: { rollout: { paused: false } } }),
  },
]
