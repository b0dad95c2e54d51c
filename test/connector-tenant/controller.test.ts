import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import type { Secret } from '../../src/api/core-objects.ts'
import { annotations } from '../../src/api/labels.ts'
import { tenantIndex } from '../../src/api/names.ts'
import { keyOf, type KubeObject } from '../../src/api/object.ts'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import type { EndpointView, Snapshot } from '../../src/clickhouse/catalog/snapshot.ts'
import type { Server } from '../../src/clickhouse/server.ts'
import { createConnectorTenantController } from '../../src/connector-tenant/controller.ts'
import { ParkedTenants } from '../../src/connector-tenant/parked-tenants.ts'
import type { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { SecretLookup } from '../../src/published-secret/lookup.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { encodeMark, type Mark } from '../../src/tenancy/mark.ts'
import { KeyRing } from '../../src/token/key-ring.ts'
import { aTenant, databaseUuid, ourMark, testInstallation, testRing } from '../builders/tenant-observed.ts'
import { recordedLog } from '../runtime/recorded-log.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

const forever = new AbortController().signal
const { key, tenant, partnerKey, connection } = aTenant().build()
const database = tenant.spec.database
const [first = '', second = ''] = connection?.spec.endpoints ?? []

let log: ReturnType<typeof recordedLog>
let tenants: Store<ConnectorTenant>
/** What each endpoint has for a comment on the tenant's database; undefined: it cannot be reached. */
let comments: Map<string, string | undefined>
let reconcile: () => Promise<unknown>
let partnerKeys: Store<PartnerKey>
/** How often the server was read. */
let readings: number
let clock: VirtualClock

function storeOf<T extends KubeObject>(name: string, ...objects: readonly (T | undefined)[]): Store<T> {
  const store = new Store<T>({ name, log: log.log })
  for (const object of objects) if (object !== undefined) store.noteWrite(object)
  return store
}

function endpointView(url: string, comment: string | undefined): EndpointView {
  if (comment === undefined) return { url, ok: false, takenAt: 0, error: new Error('away') as never }
  const databases = new Map([[database, { uuid: databaseUuid, comment, engine: 'Atomic' }]])
  const data = {
    url,
    version: '25.8',
    databases,
    reader: { covers: () => true, touches: () => true, touchesItself: () => true, rolesThatOpen: () => [] },
  }
  return { url, ok: true, takenAt: 0, data: data as never }
}

beforeEach(() => {
  log = recordedLog()
  tenants = storeOf('tenants', tenant)
  tenants.addIndex('database', ({ spec }) => [spec.database])
  const secrets = storeOf<Secret>('secrets')
  secrets.addIndex('tenant', tenantIndex)
  comments = new Map([first, second].map(url => [url, encodeMark(ourMark)]))
  let takenAt = 0
  const snapshot = (): Snapshot => ({
    takenAt,
    endpoints: [...comments].map(([url, comment]) => endpointView(url, comment)),
  })
  readings = 0
  clock = new VirtualClock()
  const read = ({ maxAgeMs }: { readonly maxAgeMs: number }): Promise<Snapshot> => {
    if (clock.monotonic() - takenAt > maxAgeMs) {
      readings += 1
      takenAt = clock.monotonic()
    }
    return Promise.resolve(snapshot())
  }
  const server = { latest: snapshot, snapshot: read } as Partial<Server>
  partnerKeys = storeOf('partner keys', partnerKey)
  const keyRing = new KeyRing()
  keyRing.put('datalens/acme', testRing)
  const secretClient = {} as ResourceClient<Secret>
  const controller = createConnectorTenantController({
    tenants,
    partnerKeys,
    connections: storeOf('connections', connection),
    namespaces: undefined,
    secretLookup: new SecretLookup({ store: secrets, client: secretClient, index: 'tenant' }),
    secretClient,
    tenantClient: { mergePatchStatus: () => Promise.resolve(tenants.get(key)) } as never,
    fleet: { get: () => server } as never,
    keyRing,
    clock,
    installation: testInstallation,
    observing: false,
    metadataPrefixes: [],
    watches: () => true,
    events: { publish: () => {} } as never,
    mayI: () => Promise.resolve(true),
    log: log.log,
    parked: new ParkedTenants(),
    onMint: () => {},
  })
  // What is about to be done is not the matter here, only what is said.
  reconcile = () => controller.reconcile(key, forever).catch(() => undefined)
})

const mark = (over: Partial<Mark>): string => encodeMark({ ...ourMark, ...over })
const everywhere = (comment: string | undefined): void => {
  for (const url of comments.keys()) comments.set(url, comment)
}
const causes = (): unknown[] =>
  log
    .lines('info')
    .filter(({ msg }) => msg === 'claim refused')
    .map(({ tenant: whose, cause, endpoint }) => ({ tenant: whose, cause, endpoint }))

describe('why a database is refused to a tenant', () => {
  test('is in the log, which may tell of others, and in no status', async () => {
    comments.set(second, mark({ name: 'other' }))
    await reconcile()
    expect(causes()).toEqual([{ tenant: keyOf(tenant), cause: 'otherTenant', endpoint: second }])
  })

  test('is told once, however often the tenant is looked at', async () => {
    everywhere(mark({ name: 'other' }))
    for (let look = 0; look < 3; look++) await reconcile()
    expect(causes()).toHaveLength(1)
  })

  test('is told again when it is another cause, or shows elsewhere', async () => {
    everywhere(mark({ name: 'other' }))
    await reconcile()
    everywhere(mark({ installation: 'installation-2' }))
    await reconcile()
    comments.set(first, encodeMark(ourMark))
    await reconcile()
    expect(causes()).toMatchObject([
      { cause: 'otherTenant', endpoint: first },
      { cause: 'otherInstallation', endpoint: first },
      { cause: 'otherInstallation', endpoint: second },
    ])
  })

  test('is told again after the tenant had the database in between', async () => {
    for (const comment of [mark({ name: 'other' }), encodeMark(ourMark), mark({ name: 'other' })]) {
      everywhere(comment)
      await reconcile()
    }
    expect(causes()).toHaveLength(2)
  })

  test('is not told again only because the server was away in between', async () => {
    for (const comment of [mark({ name: 'other' }), undefined, mark({ name: 'other' })]) {
      everywhere(comment)
      await reconcile()
    }
    expect(causes()).toHaveLength(1)
  })

  test('is told of a tenant that is made anew', async () => {
    everywhere(mark({ name: 'other' }))
    await reconcile()
    tenants.noteDelete(key, tenant.metadata.uid ?? '')
    await reconcile()
    tenants.noteWrite({ ...tenant, metadata: { ...tenant.metadata, uid: 'another', resourceVersion: '99' } })
    await reconcile()
    expect(causes()).toHaveLength(2)
  })
})

describe('the server is not read for a tenant that is refused, however often it is touched', () => {
  let version: number
  let uid: string
  beforeEach(() => {
    version = 1_000
    uid = tenant.metadata.uid ?? ''
  })

  /** Longer than a snapshot serves those for whom something is done. */
  const pauseMs = 6_000

  async function edit(
    spec: Partial<ConnectorTenant['spec']> = {},
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    version += 1
    const edited = { annotations: { ...annotations, touched: String(version) }, generation: version }
    const metadata = { ...tenant.metadata, ...edited, uid, resourceVersion: String(version) }
    tenants.noteWrite({ ...tenant, metadata, spec: { ...tenant.spec, ...spec } })
    await clock.advance(pauseMs)
    await reconcile()
  }

  const times = async (count: number, act: (time: number) => Promise<void>): Promise<void> => {
    for (let time = 1; time <= count; time++) await act(time)
  }

  test('by its PartnerKey', async () => {
    if (partnerKey === undefined) throw new Error('there is no PartnerKey')
    const policy = { ...partnerKey.spec.tenants, databases: ['other_*'] }
    const metadata = { ...partnerKey.metadata, resourceVersion: '1000' }
    partnerKeys.noteWrite({ ...partnerKey, metadata, spec: { ...partnerKey.spec, tenants: policy } })
    await times(6, () => edit())
    expect(readings).toBe(0)
  })

  test('by itself', async () => {
    await times(6, () => edit({ suspend: true }))
    expect(readings).toBe(0)
  })

  test('for one reason and for another in turn: once a minute', async () => {
    everywhere(mark({ name: 'other' }))
    await times(20, time => edit({ suspend: time % 2 === 0 }))
    expect([clock.monotonic(), readings]).toEqual([120_000, 2])
  })

  test('and goes and comes again: once a minute', async () => {
    everywhere(mark({ name: 'other' }))
    await times(20, async () => {
      await edit()
      tenants.noteDelete(key, uid)
      await reconcile()
      uid = `uid-${version}`
    })
    expect([clock.monotonic(), readings]).toEqual([120_000, 2])
  })

  test('nor for one that is only observed: once a minute', async () => {
    await times(20, () => edit({}, { [annotations.mode]: 'Observe' }))
    expect([clock.monotonic(), readings]).toEqual([120_000, 2])
  })

  test('and is read for one that is not', async () => {
    await times(6, () => edit())
    expect(readings).toBe(6)
  })
})

describe('what observe mode holds back', () => {
  const held = (): unknown[] =>
    log.lines('info').filter(({ msg }) => msg === 'observe mode: nothing was changed')

  test('is in the log as statements, once a change', async () => {
    const observed = { [annotations.mode]: 'Observe' }
    tenants.noteWrite({
      ...tenant,
      metadata: { ...tenant.metadata, resourceVersion: '1000', annotations: observed },
    })
    everywhere(mark({ onDelete: 'Drop' }))
    for (let look = 0; look < 3; look++) await reconcile()
    expect(held()).toHaveLength(1)
    expect(JSON.stringify(held())).toContain(`${new URL(first).host}: ALTER DATABASE`)
    comments.set(first, encodeMark(ourMark))
    await reconcile()
    expect(held()).toHaveLength(2)
  })
})
