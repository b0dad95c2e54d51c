/** Tenants that are refused before the server is asked. */
import type { Row } from '../row.ts'
import { apply, bad, kind, prepare, refused, unalarming } from './tenant-acts.ts'

export const refusedTenantRows: readonly Row[] = [
  {
    ...unalarming,
    reason: 'PartnerKeyNotFound',
    shares: true,
    bring: async corner => {
      await corner.connect()
      await apply(corner)
    },
    shows: refused('PartnerKeyNotFound', 'Reconciling'),
    kstatus: 'InProgress',
    says: /no PartnerKey "acme\S*"/,
    remedy: corner => corner.partnerKey(),
  },
  {
    ...unalarming,
    reason: 'NamespaceNotAllowed',
    shares: true,
    bring: async corner => {
      const namespaces = { from: 'Selector', selector: { matchLabels: { team: 'analytics' } } }
      await prepare(corner, { tenants: { namespaces, databases: ['*'] } })
      await apply(corner)
    },
    shows: refused('NamespaceNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /spec\.tenants\.namespaces/,
    remedy: corner =>
      corner.world.kubectl(['label', 'namespace', corner.namespace, 'team=analytics']).then(() => undefined),
  },
  {
    ...unalarming,
    reason: 'DatabaseNameNotAllowed',
    shares: true,
    bring: async corner => {
      await prepare(corner, { tenants: { namespaces: { from: 'Same' }, databases: ['others_*'] } })
      await apply(corner)
    },
    shows: refused('DatabaseNameNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /add a pattern to spec\.tenants\.databases/,
    remedy: corner => corner.edit('PartnerKey', { spec: { tenants: { databases: [`${corner.prefix}*`] } } }),
  },
  {
    ...unalarming,
    reason: 'DropNotAllowed',
    shares: true,
    bring: async corner => {
      await prepare(corner, { tenants: { namespaces: { from: 'Same' }, databases: ['*'] } })
      await apply(corner, { deletionPolicy: 'Drop', confirmDrop: corner.database() })
    },
    shows: refused('DropNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /Use Retain/,
    remedy: corner => corner.edit(kind, { spec: { deletionPolicy: 'Retain', confirmDrop: null } }),
  },
  {
    ...unalarming,
    reason: 'SecretMetadataNotAllowed',
    shares: true,
    bring: async corner => {
      await prepare(corner)
      await apply(corner, { secret: { annotations: { 'acme.example/team': 'a' } } })
    },
    shows: refused('SecretMetadataNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /acme\.example/,
    remedy: corner => corner.edit(kind, { spec: { secret: { annotations: null } } }),
  },
  {
    ...bad,
    reason: 'ConnectionNotReady',
    bring: async corner => {
      await corner.connect({ credentials: null })
      await corner.partnerKey()
      await apply(corner)
    },
    shows: refused('ConnectionNotReady', 'Reconciling'),
    kstatus: 'InProgress',
    says: /platform team/,
    remedy: corner => corner.secret('clickhouse-operator', corner.admin),
  },
]
