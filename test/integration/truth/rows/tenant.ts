/** Tenants as somebody wants them: served, held back, or leaving. */
import { expect } from 'vitest'
import { allWell, type Row } from '../row.ts'
import { giveByRole, readerOpens } from './acts.ts'
import { bad, kind, prepare, refused, unalarming } from './tenant-acts.ts'
import { annotated } from '../corner/objects.ts'

const well = allWell[kind]

export const tenantRows: readonly Row[] = [
  {
    kind,
    reason: 'Ready',
    shares: true,
    bring: corner => corner.serve(),
    shows: well,
    somebody: false,
    kstatus: 'Current',
    alerts: [],
    server: readerOpens,
  },
  {
    kind,
    reason: 'Suspended',
    shares: true,
    bring: async corner => {
      await corner.serve()
      await corner.edit(kind, { spec: { suspend: true } })
    },
    shows: {
      ...well,
      Ready: 'True Suspended',
      DatabaseReady: 'Unknown Blocked',
      AccessGranted: 'Unknown Blocked',
    },
    somebody: false,
    explain: 1,
    kstatus: 'Current',
    alerts: [],
    server: readerOpens,
    remedy: corner => corner.edit(kind, { spec: { suspend: false } }),
  },
  {
    ...unalarming,
    reason: 'Observing',
    shares: true,
    bring: async corner => {
      await prepare(corner)
      await corner.world.apply(annotated(corner.tenant(), { 'lenskeeper.dev/mode': 'Observe' }))
    },
    shows: {
      Ready: 'False Observing',
      DatabaseReady: 'False Observing',
      AccessGranted: 'False Observing',
      TokenPublished: 'False Observing',
    },
    kstatus: 'InProgress',
    says: /Would be done: create the database.*create the Secret/,
    remedy: corner => corner.annotate(kind, { 'lenskeeper.dev/mode': null }),
  },
  {
    kind,
    reason: 'AccessWithheld',
    shares: true,
    type: 'AccessGranted',
    bring: async corner => {
      await corner.serve()
      await corner.edit(kind, { spec: { access: 'Withheld' } })
    },
    shows: { ...well, Ready: 'True AccessWithheld', AccessGranted: 'False AccessWithheld' },
    somebody: false,
    kstatus: 'Current',
    alerts: [],
    server: corner => expect(readerOpens(corner)).rejects.toThrow(),
    remedy: corner => corner.edit(kind, { spec: { access: 'Granted' } }),
  },
  {
    ...bad,
    reason: 'AccessRemains',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await giveByRole(corner)
      await corner.edit(kind, { spec: { access: 'Withheld' } })
    },
    shows: {
      ...well,
      Ready: 'False AccessRemains',
      AccessGranted: 'False AccessRemains',
      Reconciling: 'True AccessRemains',
    },
    kstatus: 'InProgress',
    says: /token still opens the database/,
    server: readerOpens,
    remedy: async corner => {
      await corner.sql([`REVOKE role_${corner.id} FROM ${corner.reader}`])
      await corner.lookNow()
      await corner.world.tenantIs(corner.key('one'), 'True', 'AccessWithheld')
      await corner.edit(kind, { spec: { access: 'Granted' } })
    },
  },
  {
    ...unalarming,
    reason: 'Deleting',
    shares: true,
    bring: async corner => {
      await corner.serve()
      await corner.edit(kind, { metadata: { finalizers: ['acme.example/backup'] } })
      await corner.deleteTenant()
    },
    shows: { ...refused('Deleting'), TokenPublished: 'True TokenPublished' },
    kstatus: 'Terminating',
    says: /acme\.example\/backup/,
    remedy: corner => corner.edit(kind, { metadata: { finalizers: null } }),
    well: 'gone',
  },
]
