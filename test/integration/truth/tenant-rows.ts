/** Tenants that are refused before the server is asked, and such as nothing is made for. */
import { expect } from 'vitest'
import { readerOpens } from './acts.ts'
import type { Corner } from './corner.ts'
import { allWell, type Row } from './row.ts'

const kind = 'ConnectorTenant'
const well = allWell[kind]
const forever = new AbortController().signal
const notReady = ['LenskeeperTenantsNotReady']
const bad = { kind, somebody: true, alerts: notReady } as const

/** Nothing was looked at; of a Secret it is known that there is none. */
const refused = (reason: string, progress?: 'Reconciling' | 'Stalled') => ({
  Ready: `False ${reason}`,
  DatabaseReady: 'Unknown Blocked',
  AccessGranted: 'Unknown Blocked',
  TokenPublished: 'False Blocked',
  ...(progress === undefined ? {} : { [progress]: `True ${reason}` }),
})

const apply = async (corner: Corner, spec: object = {}): Promise<void> =>
  await corner.world.apply(corner.tenant('one', spec))

const ready = async (corner: Corner, key: object = {}): Promise<void> => {
  await corner.connect()
  await corner.partnerKey(key)
}

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
    ...bad,
    reason: 'NamespaceNotAllowed',
    shares: true,
    bring: async corner => {
      const namespaces = { from: 'Selector', selector: { matchLabels: { team: 'analytics' } } }
      await ready(corner, { tenants: { namespaces, databases: ['*'] } })
      await apply(corner)
    },
    shows: refused('NamespaceNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /spec\.tenants\.namespaces/,
    remedy: corner =>
      corner.world.kubectl(['label', 'namespace', corner.namespace, 'team=analytics']).then(() => undefined),
  },
  {
    ...bad,
    reason: 'DropNotAllowed',
    shares: true,
    bring: async corner => {
      await ready(corner, { tenants: { namespaces: { from: 'Same' }, databases: ['*'] } })
      await apply(corner, { deletionPolicy: 'Drop', confirmDrop: corner.database() })
    },
    shows: refused('DropNotAllowed', 'Stalled'),
    kstatus: 'Failed',
    says: /Use Retain/,
    remedy: corner => corner.edit(kind, { spec: { deletionPolicy: 'Retain', confirmDrop: null } }),
  },
  {
    ...bad,
    reason: 'AwaitingKey',
    shares: true,
    bring: async corner => {
      await ready(corner, { dataLens: undefined })
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
    reason: 'SecretConflict',
    shares: true,
    bring: async corner => {
      await ready(corner)
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
]
