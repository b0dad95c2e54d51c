/** Embeds whose spec, or whose Secret, cannot be as it is asked for. */
import type { Corner } from '../corner/corner.ts'
import { giveRights, takeRights } from '../corner/rights.ts'
import { allowAgain, allowNone } from '../corner/quota.ts'
import type { Row } from '../row.ts'
import { apply, bad, kind, none, offer } from './embed-acts.ts'

const wanting = async (corner: Corner, spec: object): Promise<void> => {
  await offer(corner)
  await apply(corner, spec)
}
const long = 'x'.repeat(30_000)
const failed = { ...bad, kstatus: 'Failed', alerts: [] } as const
const waiting = { ...bad, kstatus: 'InProgress' } as const

export const refusedEmbedRows: readonly Row[] = [
  {
    ...failed,
    reason: 'InvalidSpec',
    bring: corner =>
      wanting(corner, {
        unsignedParams: [
          { name: 'from', value: long },
          { name: 'to', value: long },
        ],
      }),
    shows: none('InvalidSpec', 'Stalled'),
    says: /unsignedParams/,
    remedy: corner => corner.edit(kind, { spec: { unsignedParams: null } }),
  },
  {
    ...failed,
    reason: 'TokenTooLarge',
    bring: corner => wanting(corner, { params: [{ name: 'region', value: long }] }),
    shows: none('TokenTooLarge', 'Stalled'),
    says: /spec\.params/,
    remedy: corner => corner.edit(kind, { spec: { params: [{ name: 'region', value: 'north' }] } }),
  },
  {
    ...failed,
    reason: 'SecretMetadataNotAllowed',
    bring: corner => wanting(corner, { secret: { annotations: { 'acme.example/team': 'a' } } }),
    shows: none('SecretMetadataNotAllowed', 'Stalled'),
    says: /acme\.example/,
    remedy: corner => corner.edit(kind, { spec: { secret: { annotations: null } } }),
  },
  {
    ...failed,
    reason: 'SecretConflict',
    bring: async corner => {
      await corner.open()
      await corner.secret('lobby-embed', { password: 'mine' })
      await wanting(corner, {})
    },
    shows: none('SecretConflict', 'Stalled'),
    says: /"lobby\S*-embed"/,
    remedy: corner => corner.deleteSecret('lobby-embed'),
  },
  {
    ...waiting,
    reason: 'SecretRefused',
    alerts: [],
    shares: undefined,
    bring: async corner => {
      await offer(corner)
      await allowNone(corner, 'secrets')
      await apply(corner)
    },
    shows: none('SecretRefused', 'Reconciling'),
    says: /quota/,
    remedy: allowAgain,
  },
  {
    ...waiting,
    reason: 'OperatorForbidden',
    shares: undefined,
    bring: async corner => {
      await offer(corner)
      await takeRights(corner.world, corner.namespace)
      await apply(corner)
    },
    shows: none('OperatorForbidden', 'Reconciling'),
    says: /no right to create Secrets/,
    remedy: corner => giveRights(corner.world, corner.namespace),
  },
]
