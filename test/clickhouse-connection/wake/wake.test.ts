import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { partnerKeyOf } from '../../../src/api/names.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { Server } from '../../../src/clickhouse/server.ts'
import { wayOf, type OtherWay } from '../../../src/clickhouse/sharing/ways.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import { newWakeMemory, type WakeMemory } from '../../../src/clickhouse-connection/wake/memory.ts'
import { wakeConcerned } from '../../../src/clickhouse-connection/wake/wake.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { aTenant } from '../../builders/tenant-observed.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { aConnection, answering, down, installation, mark, urls } from '../../builders/connection-observed.ts'

const log = createLogger({ level: 'silent' })
const key = 'datalens/default'
const database = 'client_1'
const [first, second] = urls

let tenants: Store<ConnectorTenant>
let partnerKeys: Store<PartnerKey>
let memory: WakeMemory
let server: Server
let parkedWoken = 0
let grants: 'Managed' | 'External'
let woken: (string | { readonly unreadyOnly: boolean })[]

/** Ready, with the database that `answering` shows. */
function ready(spec: Partial<ConnectorTenant['spec']>): ConnectorTenant {
  const { tenant } = aTenant().wasReady().build()
  return {
    ...tenant,
    metadata: { ...tenant.metadata, namespace: 'tenants', name: 'acme' },
    spec: { ...tenant.spec, database, ...spec },
    status: { ...tenant.status, database: { name: database, uuid: `uuid of ${database}` } },
  }
}

function sync(
  endpoints: readonly EndpointView[],
  otherWays: readonly OtherWay[] = [],
  firstOn: ReadonlySet<string> = new Set(),
  laterOn: ReadonlySet<string> = new Set(),
): typeof woken {
  woken = []
  const targets = {
    installation,
    tenants,
    partnerKeys,
    wakeDatabases: (_: string, databases: readonly string[]) => void woken.push(...databases),
    wakeParked: () => void (parkedWoken += 1),
    wakeTenants: (_: string, options: { readonly unreadyOnly: boolean }) => void woken.push(options),
  }
  wakeConcerned(
    { key, server, endpoints, grants, standing: { firstOn, laterOn }, becameReady: false, otherWays },
    memory,
    targets,
  )
  return woken
}

const notReady = {
  type: 'Ready',
  status: 'False',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const
const withGrant = { databases: { [database]: mark() }, grants: [database] }

beforeEach(() => {
  tenants = new Store({ name: 'tenants', log })
  tenants.addIndex('database', tenant => [tenant.spec.database])
  tenants.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
  partnerKeys = new Store({ name: 'partner keys', log })
  partnerKeys.addIndex('connection', () => [key])
  memory = newWakeMemory()
  grants = 'Managed'
  server = new Server({
    endpoints: [...urls],
    credentials: { username: 'operator', password: new Redacted('secret') },
    readerUser: 'datalens',
    clock: new VirtualClock(),
    random: () => 0.5,
    log,
    ca: undefined,
  })
})

test('a replica that comes back with a grant that was withheld meanwhile wakes its tenant', () => {
  tenants.noteWrite(ready({ access: 'Granted' }))
  sync([answering(first, withGrant), answering(second, withGrant)])
  const withheld = ready({ access: 'Withheld' })
  const resourceVersion = '99999999'
  tenants.noteWrite({ ...withheld, metadata: { ...withheld.metadata, resourceVersion } })
  const revoked = { databases: { [database]: mark() } }
  sync([answering(first, revoked), down(second)])
  expect(sync([answering(first, revoked), down(second)])).toEqual([])
  expect(sync([answering(first, revoked), answering(second, withGrant)])).toContain(database)
})

test('a replica that comes back as its tenants want it wakes none that is Ready', () => {
  tenants.noteWrite(ready({ access: 'Granted' }))
  sync([answering(first, withGrant), answering(second, withGrant)])
  sync([answering(first, withGrant), down(second)])
  expect(sync([answering(first, withGrant), answering(second, withGrant)])).toEqual([{ unreadyOnly: true }])
})

test('whoever was parked is woken with every sync that finds an endpoint, and with none that does not', () => {
  parkedWoken = 0
  sync([down(first), down(second)])
  expect(parkedWoken).toBe(0)
  sync([answering(first, {}), down(second)])
  // Away and back in between, unseen: nothing differs from the sync before.
  sync([answering(first, {}), down(second)])
  expect(parkedWoken).toBe(2)
})

test('a database that was made and lost between two syncs wakes its tenant', () => {
  const built = aTenant().wasReady().build()
  partnerKeys.noteWrite(built.partnerKey!)
  sync([answering(first, {}), answering(second, {})])
  tenants.noteWrite(ready({ access: 'Granted' }))
  // The second replica was emptied before any sync has seen the database there.
  expect(sync([answering(first, withGrant), answering(second, {})])).toEqual([database])
  expect(sync([answering(first, withGrant), down(second)])).toEqual([])
  expect(sync([answering(first, withGrant), answering(second, withGrant)])).not.toContain(database)
})

describe('what was done and undone, or done by us and undone, between two syncs shows in no view', () => {
  const byRole = { ...withGrant, byRole: { analyst: [database] } }
  const withoutGrant = { databases: { [database]: mark() } }
  const others = { databases: { [database]: mark({ name: 'other' }) }, grants: [database] }

  test.each([
    ['a role that came while the operator took its grant', 'Withheld', byRole],
    ['a grant that was taken and given again by hand', 'Withheld', withGrant],
    ['a grant that was given and taken again by hand', 'Granted', withoutGrant],
    ['a mark that is another’s again', 'Granted', others],
    [
      'a mark of an earlier deletionPolicy',
      'Granted',
      { ...withGrant, databases: { [database]: mark({ onDelete: 'Drop' }) } },
    ],
    ['no mark at all', 'Granted', { ...withGrant, databases: { [database]: '' } }],
  ] as const)('%s: the tenant is woken', (_, access, found) => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    sync([answering(first, found), answering(second, found)])
    tenants.noteWrite(ready({ access }))
    expect(sync([answering(first, found), answering(second, found)])).toEqual([database])
    expect(sync([down(first), answering(second, found)])).toEqual([database])
    expect(sync([down(first), down(second)])).toEqual([])
  })

  test('another database of the name: the tenant is woken once no endpoint has its own, and none is out of sight', () => {
    const another = { ...withGrant, uuid: 'another' }
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    sync([answering(first, another), answering(second, another)])
    tenants.noteWrite(ready({ access: 'Granted' }))
    expect(sync([answering(first, another), answering(second, another)])).toEqual([database])
    expect(sync([down(first), answering(second, another)])).toEqual([])
  })

  test('replicas with databases of their own under one mark wake nobody at each sync', () => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    tenants.noteWrite(ready({ access: 'Granted' }))
    const endpoints = [answering(first, withGrant), answering(second, { ...withGrant, uuid: 'of its own' })]
    sync(endpoints)
    expect(sync(endpoints)).toEqual([])
  })

  test.each([
    ['Granted', withGrant],
    ['Withheld', withoutGrant],
  ] as const)('a tenant that is %s, and has it so, sleeps on', (access, found) => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    tenants.noteWrite(ready({ access }))
    sync([answering(first, found), answering(second, found)])
    expect(sync([answering(first, found), answering(second, found)])).toEqual([])
  })

  test('a suspended one is not woken, as nothing of it would be changed', () => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    tenants.noteWrite(ready({ access: 'Withheld', suspend: true }))
    sync([answering(first, byRole), answering(second, byRole)])
    expect(sync([answering(first, byRole), answering(second, byRole)])).toEqual([])
  })

  test('a role that was given and taken: who was told that access remains is woken', () => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    const remains = { ...notReady, reason: 'AccessRemains' } as const
    tenants.noteWrite({ ...ready({ access: 'Withheld' }), status: { conditions: [remains] } })
    sync([answering(first, withoutGrant), answering(second, withoutGrant)])
    expect(sync([answering(first, withoutGrant), answering(second, withoutGrant)])).toEqual([database])
    sync([answering(first, withoutGrant), answering(second, byRole)])
    expect(sync([answering(first, withoutGrant), answering(second, byRole)])).toEqual([])
    // It may be there that access remains.
    sync([answering(first, withoutGrant), down(second)])
    expect(sync([answering(first, withoutGrant), down(second)])).toEqual([])
  })

  test('what others’ grants leave open wakes nobody as long as they do', () => {
    partnerKeys.noteWrite(aTenant().build().partnerKey!)
    const remains = { ...notReady, reason: 'AccessRemains' } as const
    tenants.noteWrite({ ...ready({ access: 'Withheld' }), status: { conditions: [remains] } })
    grants = 'External'
    const wide = { databases: { [database]: mark() }, grants: ['client_*'] }
    sync([answering(first, wide), answering(second, withoutGrant)])
    expect(sync([answering(first, wide), answering(second, withoutGrant)])).toEqual([])
    sync([answering(first, withoutGrant), answering(second, withoutGrant)])
    expect(sync([answering(first, withoutGrant), answering(second, withoutGrant)])).toEqual([database])
  })
})

test('a tenant that was refused by a mark which was changed back between two syncs is woken', () => {
  const built = aTenant().wasReady().build()
  partnerKeys.noteWrite(built.partnerKey!)
  sync([answering(first, withGrant), answering(second, withGrant)])
  const told = { ...notReady, reason: 'DatabaseOwnedElsewhere' } as const
  tenants.noteWrite({ ...ready({ access: 'Granted' }), status: { conditions: [told] } })
  expect(sync([answering(first, withGrant), answering(second, withGrant)])).toEqual([database])
  expect(sync([down(first), down(second)])).toEqual([])
  const others = { databases: { [database]: mark({ name: 'other' }) } }
  sync([answering(first, withGrant), answering(second, others)])
  expect(sync([answering(first, withGrant), answering(second, others)])).toEqual([])
})

test('a tenant whose mark names no connection is woken once another one sees its database, unless its own was first', () => {
  partnerKeys.noteWrite(aTenant().build().partnerKey!)
  tenants.noteWrite(ready({ access: 'Granted' }))
  const alias = 'http://alias.example.com:8123'
  const other = aConnection({ endpoints: [alias] })
  const twin = wayOf(other, [answering(alias, withGrant)])
  const stranger = wayOf(aConnection({ endpoints: [first] }), [down(first)])
  const on = (server: string, view: EndpointView): EndpointView => ({
    ...view,
    servers: { server, others: [] },
  })
  const unnamed = [on('a', answering(first, withGrant)), on('b', answering(second, withGrant))]
  sync(unnamed, [twin])
  expect(sync(unnamed, [stranger])).toEqual([])
  expect(sync(unnamed, [twin], new Set(['a', 'b']))).toEqual([])
  expect(sync(unnamed, [twin], new Set(['a']))).toEqual([database])
  expect(sync(unnamed, [twin])).toEqual([database])
  expect(sync(unnamed, [], new Set(), new Set(['a']))).toEqual([database])
  expect(sync(unnamed, [], new Set(['a', 'b']))).toEqual([])
  const named = { ...withGrant, databases: { [database]: mark({ connection: key }) } }
  sync([answering(first, named), answering(second, named)], [twin])
  expect(sync([answering(first, named), answering(second, named)], [twin])).toEqual([])
})
