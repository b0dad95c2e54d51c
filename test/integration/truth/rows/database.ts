/** Databases that are not the tenant's, or not as they should be. */
import { expect } from 'vitest'
import { readerOpens } from './acts.ts'
import type { Corner } from '../corner/corner.ts'
import { allWell, type Row } from '../row.ts'
import { bad, kind, prepare, unalarming } from './tenant-acts.ts'

const well = allWell[kind]

const unclaimed = (reason: string, progress: 'Reconciling' | 'Stalled') => ({
  Ready: `False ${reason}`,
  DatabaseReady: `False ${reason}`,
  AccessGranted: 'Unknown Blocked',
  TokenPublished: 'False Blocked',
  [progress]: `True ${reason}`,
})

const assign = (corner: Corner): Promise<void> =>
  corner.edit('PartnerKey', {
    spec: {
      tenants: {
        assignments: [{ database: corner.database(), namespace: corner.namespace, name: corner.name('one') }],
      },
    },
  })

export const databaseRows: readonly Row[] = [
  {
    ...unalarming,
    reason: 'DatabaseOwnedElsewhere',
    shares: true,
    bring: async corner => {
      await prepare(corner)
      await corner.world.apply(corner.tenant('former', { database: corner.database() }))
      await corner.world.tenantIs(corner.key('former'), 'True', 'Ready')
      await corner.world.apply(corner.tenant())
    },
    shows: unclaimed('DatabaseOwnedElsewhere', 'Stalled'),
    kstatus: 'Failed',
    remedy: async corner => {
      await corner.deleteTenant('former')
      await assign(corner)
    },
  },
  {
    ...unalarming,
    reason: 'DatabaseUnmarked',
    shares: true,
    bring: async corner => {
      await prepare(corner)
      await corner.sql([`CREATE DATABASE ${corner.database()}`])
      await corner.world.apply(corner.tenant())
    },
    shows: unclaimed('DatabaseUnmarked', 'Stalled'),
    kstatus: 'Failed',
    says: /tenants\.assignments/,
    remedy: assign,
  },
  {
    ...unalarming,
    reason: 'NameRetired',
    shares: true,
    bring: async corner => {
      await corner.connect({ sweep: { grace: '0s' } })
      await corner.partnerKey()
      const database = corner.database()
      await corner.world.apply(
        corner.tenant('former', { database, deletionPolicy: 'Drop', confirmDrop: database }),
      )
      await corner.world.tenantIs(corner.key('former'), 'True', 'Ready')
      await corner.deleteTenant('former')
      await corner.retired()
      await corner.world.apply(corner.tenant())
    },
    shows: unclaimed('NameRetired', 'Stalled'),
    kstatus: 'Failed',
    says: /tenants\.assignments/,
    remedy: assign,
  },
  {
    ...bad,
    reason: 'DatabaseLost',
    shares: true,
    bring: async corner => {
      await corner.serve()
      await corner.sql([`DROP DATABASE ${corner.database()}`])
      await corner.lookNow()
    },
    shows: {
      ...unclaimed('DatabaseLost', 'Stalled'),
      TokenPublished: 'True TokenPublished',
    },
    kstatus: 'Failed',
    says: /lenskeeper\.dev\/recreate/,
    server: corner => expect(readerOpens(corner)).rejects.toThrow(),
    remedy: corner => corner.annotate(kind, { 'lenskeeper.dev/recreate': corner.database() }),
  },
  {
    ...bad,
    reason: 'StatementRefused',
    bring: async corner => {
      await prepare(corner)
      corner.way().interfere = sql =>
        sql.startsWith('CREATE DATABASE') ? { code: 725, symbol: 'TOO_MANY_DATABASES' } : undefined
      await corner.world.apply(corner.tenant())
    },
    shows: {
      Ready: 'False StatementRefused',
      DatabaseReady: 'False StatementRefused',
      AccessGranted: 'False StatementRefused',
      TokenPublished: 'False StatementRefused',
      Reconciling: 'True StatementRefused',
    },
    kstatus: 'InProgress',
    says: /platform team sees which and why/,
    remedy: async corner => {
      corner.way().interfere = () => undefined
      await corner.annotate(kind, { 'lenskeeper.dev/resync': '1' })
    },
  },
  {
    ...bad,
    reason: 'Progressing',
    bring: async corner => {
      await corner.connect({ reader: { grants: 'External' } })
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: {
      ...well,
      Ready: 'False Progressing',
      AccessGranted: 'False Progressing',
      Reconciling: 'True Progressing',
    },
    kstatus: 'InProgress',
    says: /grants: External/,
    remedy: async corner => {
      await corner.sql([`GRANT SELECT ON ${corner.database()}.* TO ${corner.reader}`])
      await corner.lookNow()
    },
  },
]
