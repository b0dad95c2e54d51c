/** Databases that are not the tenant's, or not as they should be. */
import type { Corner } from './corner.ts'
import type { Row } from './row.ts'

const kind = 'ConnectorTenant'
const bad = { kind, somebody: true, alerts: ['LenskeeperTenantsNotReady'] } as const

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
    ...bad,
    reason: 'DatabaseUnmarked',
    shares: true,
    bring: async corner => {
      await corner.connect()
      await corner.partnerKey()
      await corner.sql([`CREATE DATABASE ${corner.database()}`])
      await corner.world.apply(corner.tenant())
    },
    shows: unclaimed('DatabaseUnmarked', 'Stalled'),
    kstatus: 'Failed',
    says: /tenants\.assignments/,
    remedy: assign,
  },
]
