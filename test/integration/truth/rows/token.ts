/** Tenants that are served but for their token. */
import { expect } from 'vitest'
import { allWell, type Row } from '../row.ts'
import { allReady, apply, bad, kind, prepare, unalarming } from './tenant-acts.ts'
import { allowAgain, allowNone } from '../corner/quota.ts'
import { giveRights, takeRights } from '../corner/rights.ts'

const well = allWell[kind]
const forever = new AbortController().signal

export const tokenRows: readonly Row[] = [
  {
    ...unalarming,
    reason: 'AwaitingKey',
    shares: true,
    bring: async corner => {
      await prepare(corner, { dataLens: undefined })
      await apply(corner)
    },
    shows: {
      ...well,
      Ready: 'False AwaitingKey',
      TokenPublished: 'False AwaitingKey',
      Reconciling: 'True AwaitingKey',
    },
    kstatus: 'InProgress',
    remedy: corner => corner.edit('PartnerKey', { spec: { dataLens: corner.answered() } }),
  },
  {
    ...unalarming,
    reason: 'SecretConflict',
    shares: true,
    bring: async corner => {
      await prepare(corner)
      await corner.secret('one-datalens', { password: 'mine' })
      await apply(corner)
    },
    shows: {
      ...well,
      Ready: 'False SecretConflict',
      TokenPublished: 'False SecretConflict',
      Stalled: 'True SecretConflict',
    },
    kstatus: 'Failed',
    says: /"\S+-datalens"/,
    server: async corner => {
      const secret = await corner.world.secrets.get(corner.key('one-datalens'), forever)
      expect(Object.keys(secret?.data ?? {})).toEqual(['password'])
    },
    remedy: corner => corner.deleteSecret('one-datalens'),
  },
  {
    ...unalarming,
    reason: 'SecretRefused',
    bring: async corner => {
      await allReady(corner)
      await allowNone(corner, 'secrets')
      await apply(corner)
    },
    shows: {
      ...well,
      Ready: 'False SecretRefused',
      TokenPublished: 'False SecretRefused',
      Reconciling: 'True SecretRefused',
    },
    kstatus: 'InProgress',
    says: /quota/,
    remedy: allowAgain,
  },
  {
    ...bad,
    reason: 'OperatorForbidden',
    bring: async corner => {
      await allReady(corner)
      await takeRights(corner.world, corner.namespace)
      await apply(corner)
    },
    shows: {
      ...well,
      Ready: 'False OperatorForbidden',
      TokenPublished: 'False OperatorForbidden',
      Reconciling: 'True OperatorForbidden',
    },
    kstatus: 'InProgress',
    says: /no right to create Secrets.*platform team/,
    remedy: corner => giveRights(corner.world, corner.namespace),
  },
]
