import { beforeEach, describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { ConfigMap, Namespace, Secret } from '../../../src/api/core-objects.ts'
import { partnerKeyOf, tenantIndex, tokenSecretKey } from '../../../src/api/names.ts'
import { keyOf, type KubeObject } from '../../../src/api/object.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { createControllers } from '../../../src/operator/controllers.ts'
import type { Kind } from '../../../src/operator/kind.ts'
import { countingMs, wakeConnections } from '../../../src/operator/kinds/clickhouse-connection.ts'
import type { Related } from '../../../src/operator/kinds/environment.ts'
import { wakePartnerKeys } from '../../../src/operator/kinds/partner-key.ts'
import { ServerChanges } from '../../../src/operator/kinds/server-changes.ts'
import { wakeTenants } from '../../../src/operator/kinds/tenant-wakes.ts'
import { ReferencedSecrets } from '../../../src/operator/wake/referenced-secrets.ts'
import type { SharedWatches, Watched } from '../../../src/operator/watches.ts'
import { noMetrics } from '../../../src/runtime/metrics.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { KeyRing } from '../../../src/token/key-ring.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { aTenant, tokenSecret } from '../../builders/tenant-observed.ts'

const log = createLogger({ level: 'silent' })
let version = 1
const clock = new VirtualClock()

function watched<T extends KubeObject>(name: string): Watched<T> {
  return { store: new Store<T>({ name, log }), client: undefined as never, reflectors: [] }
}

/** As a reflector would put it in after the start: news, and not this process's own write. */
function sees<T extends KubeObject>(store: Store<T>, object: T): T {
  const feed = store.openFeed()
  const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
  feed.event({ type: 'modified', object: stamped })
  feed.close()
  return stamped
}

let watches: Related & SharedWatches
let queues: Record<'connections' | 'partnerKeys' | 'tenants', WorkQueue>
let departures: string[]
let moves: boolean
let parked: string[]
let changes: ServerChanges

async function woken(queue: keyof typeof queues): Promise<string[]> {
  const keys: string[] = []
  await clock.advance(60_000)
  while (queues[queue].depth > 0) {
    const work = await queues[queue].take(new AbortController().signal)
    if (work === undefined) break
    keys.push(work.key)
    queues[queue].done(work.key, 'forget')
  }
  return keys.toSorted()
}

const seen = aTenant().wasReady().build()
const tenant = seen.tenant
const another = (name: string, spec: Partial<ConnectorTenant['spec']> = {}): ConnectorTenant => ({
  ...tenant,
  metadata: { ...tenant.metadata, name, uid: `uid-${name}` },
  spec: { ...tenant.spec, ...spec },
})

beforeEach(async () => {
  parked = []
  watches = {
    connections: watched<ClickHouseConnection>('connections'),
    partnerKeys: watched<PartnerKey>('partnerKeys'),
    tenants: watched<ConnectorTenant>('tenants'),
    secrets: watched<Secret>('secrets'),
    signingKeys: watched<Secret>('signing keys'),
    configMaps: watched<ConfigMap>('configMaps'),
    namespaces: watched<Namespace>('namespaces'),
  }
  watches.partnerKeys.store.addIndex('connection', key => [
    `${key.metadata.namespace}/${key.spec.connectionRef.name}`,
  ])
  watches.tenants.store.addIndex('partnerKey', each => [partnerKeyOf(each)])
  watches.tenants.store.addIndex('database', each => [each.spec.database])
  watches.tenants.store.addIndex('secret', each => [tokenSecretKey(each)])
  watches.tenants.store.addIndex('namespace', each => [each.metadata.namespace ?? ''])
  const queue = (name: string): WorkQueue => new WorkQueue({ name, clock, random: () => 0.5 })
  queues = { connections: queue('connections'), partnerKeys: queue('partnerKeys'), tenants: queue('tenants') }
  departures = []
  moves = false
  changes = new ServerChanges()
  const random = (): number => 0.5
  const given = { clock, random, log, metrics: noMetrics }
  createControllers(kinds(random), {
    config: { resyncMs: 1_000 },
    shared: watches,
    references: new ReferencedSecrets({ ...given, client: undefined as never }),
    ...given,
  })
  sees(watches.connections.store, seen.connection!)
  sees(watches.partnerKeys.store, seen.partnerKey!)
  sees(watches.tenants.store, tenant)
  sees(watches.tenants.store, another('beta', { database: 'client_2' }))
  for (const name of Object.keys(queues)) await woken(name as keyof typeof queues)
})

/** The kinds as far as they wake one another: nothing is reconciled. */
function kinds(random: () => number): readonly Kind[] {
  const reconcile = (): Promise<never> => Promise.reject(new Error('nothing runs here'))
  const { connections, partnerKeys, tenants } = watches
  const connection: Kind<ClickHouseConnection> = {
    name: 'connections',
    watched: connections,
    queue: queues.connections,
    firstLook: 'leads',
    reconcile,
    subscribe: () =>
      wakeConnections(queues.connections, watches, ({ metadata, spec }, { missed }) =>
        departures.push(`${metadata.name} ${spec.database}${missed ? ', missed' : ''}`),
      ),
  }
  const partnerKey: Kind<PartnerKey> = {
    name: 'partner keys',
    watched: partnerKeys,
    queue: queues.partnerKeys,
    firstLook: 'leads',
    reconcile,
    subscribe: () => wakePartnerKeys(queues.partnerKeys, watches, random),
  }
  const concerned = {
    pairMoves: () => (moves ? () => true : undefined),
    needsKeys: () => () => true,
  }
  const tenantKind: Kind<ConnectorTenant> = {
    name: 'tenants',
    watched: tenants,
    queue: queues.tenants,
    firstLook: 'follows',
    reconcile,
    subjectsOfSecret: tenantIndex,
    subscribe: () =>
      wakeTenants(
        queues.tenants,
        {
          ...watches,
          changes,
          keyRing: new KeyRing(),
          parked: { release: key => (key === 'datalens/default' ? parked.splice(0) : []) },
          concerned,
        },
        random,
      ),
  }
  return [connection, partnerKey, tenantKind]
}

describe('who is woken by', () => {
  test('a new tenant: itself', async () => {
    sees(watches.tenants.store, another('gamma', { database: 'client_3' }))
    expect(await woken('tenants')).toEqual(['tenants/gamma'])
  })

  test('a status that the operator wrote: nobody', async () => {
    sees(watches.tenants.store, { ...tenant, status: { ...tenant.status, observedGeneration: 1 } })
    expect(await woken('tenants')).toEqual([])
  })

  test('a tenant that begins or ceases to wait for a statement: the connection counts it', async () => {
    const waits = {
      type: 'Reconciling',
      status: 'True',
      reason: 'StatementRefused',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    } as const
    const waiting = { ...tenant, status: { ...tenant.status, conditions: [waits] } }
    await woken('connections')
    sees(watches.tenants.store, waiting)
    expect(await woken('connections')).toEqual(['datalens/default'])
    sees(watches.tenants.store, { ...waiting, status: { ...waiting.status, observedGeneration: 2 } })
    expect(await woken('connections')).toEqual([])
    sees(watches.tenants.store, tenant)
    expect(await woken('connections')).toEqual(['datalens/default'])
  })

  test('many tenants that get their databases: the connection counts them the seldomer, the more there are', async () => {
    expect([0, 5_000, 5_001, 50_000].map(countingMs)).toEqual([5_000, 5_000, 5_001, 50_000])
    sees(watches.tenants.store, { ...tenant, status: { conditions: [] } })
    await woken('connections')
    sees(watches.tenants.store, tenant)
    expect(await woken('connections')).toEqual(['datalens/default'])
  })

  test.each<readonly [string, string, number]>([
    ['of another connection', 'elsewhere', 1],
    ['of its own, by whatever PartnerKey', 'default', 0],
  ])(
    'a tenant that gets its database beside 6,000 %s: whether it is counted within 5 s',
    async (_, to, due) => {
      const { metadata, spec, ...key } = seen.partnerKey!
      sees(watches.partnerKeys.store, {
        ...key,
        metadata: { ...metadata, name: 'other', uid: 'other' },
        spec: { ...spec, connectionRef: { name: to } },
      })
      const partnerKeyRef = { name: 'other', namespace: 'datalens' }
      for (let at = 0; at < 6_000; at++)
        sees(watches.tenants.store, another(`many-${at}`, { partnerKeyRef, database: `many_${at}` }))
      sees(watches.tenants.store, { ...tenant, status: { conditions: [] } })
      await woken('connections')
      sees(watches.tenants.store, tenant)
      await clock.advance(5_000)
      expect(queues.connections.depth).toBe(due)
      expect(await woken('connections')).toEqual(['datalens/default'])
    },
  )

  test('a deleted tenant: the connection hears of it, and whoever wanted the same name', async () => {
    sees(watches.tenants.store, another('rival'))
    await woken('tenants')
    watches.tenants.store.noteDelete('tenants/acme', tenant.metadata.uid ?? '')
    expect(departures).toEqual(['acme client_1'])
    expect(await woken('tenants')).toContain('tenants/rival')
  })

  test('a tenant that a list lacks: the connection hears that nobody saw it go, and looks', async () => {
    await woken('connections')
    const listing = watches.tenants.store.openFeed().beginList()
    listing.page({ items: [], resourceVersion: String(++version) })
    listing.finish()
    expect(departures.toSorted()).toEqual(['acme client_1, missed', 'beta client_2, missed'])
    expect(await woken('connections')).toEqual(['datalens/default'])
  })

  test('a tenant that is suspended before it has the name: whoever waits for it', async () => {
    sees(watches.tenants.store, another('rival'))
    await woken('tenants')
    sees(watches.tenants.store, { ...another('acme', { suspend: true }), metadata: tenant.metadata })
    expect(await woken('tenants')).toContain('tenants/rival')
  })

  describe('a token Secret: whoever waits for the name that its token kept', () => {
    beforeEach(async () => {
      sees(watches.tenants.store, another('rival'))
      sees(watches.secrets.store, tokenSecret())
      await woken('tenants')
    })

    test('when it goes', async () => {
      watches.secrets.store.noteDelete('tenants/acme-datalens', 'secret-uid')
      expect(await woken('tenants')).toContain('tenants/rival')
    })

    test('when it goes without our labels', async () => {
      const { metadata, ...secret } = tokenSecret()
      sees(watches.secrets.store, { ...secret, metadata: { ...metadata, labels: {} } })
      await woken('tenants')
      watches.secrets.store.noteDelete('tenants/acme-datalens', 'secret-uid')
      expect(await woken('tenants')).toContain('tenants/rival')
    })

    test('when it holds another token', async () => {
      sees(watches.secrets.store, tokenSecret('1:1', 'client_9'))
      expect(await woken('tenants')).toContain('tenants/rival')
    })

    test('when its tenant looks for another Secret', async () => {
      sees(watches.tenants.store, {
        ...another('acme', { secret: { name: 'x' } }),
        metadata: tenant.metadata,
      })
      expect(await woken('tenants')).toContain('tenants/rival')
    })

    test('not when only its labels change, nor when it comes', async () => {
      const { metadata, ...secret } = tokenSecret()
      sees(watches.secrets.store, { ...secret, metadata: { ...metadata, labels: { more: 'x' } } })
      sees(watches.secrets.store, { ...secret, metadata: { ...metadata, name: 'beta-datalens' } })
      expect(await woken('tenants')).not.toContain('tenants/rival')
    })
  })

  test('a namespace’s labels: tenants elsewhere, too, who want a name of its tenants', async () => {
    const rival = another('rival')
    const namespace = sees(watches.namespaces!.store, { metadata: { name: 'tenants', uid: 'n' } })
    sees(watches.tenants.store, { ...rival, metadata: { ...rival.metadata, namespace: 'elsewhere' } })
    await woken('tenants')
    sees(watches.namespaces!.store, { metadata: { ...namespace.metadata, labels: { a: '2' } } })
    expect(await woken('tenants')).toEqual(['elsewhere/rival', 'tenants/acme', 'tenants/beta'])
  })

  test('a PartnerKey’s policy: tenants of another PartnerKey, too, who want a name of its tenants', async () => {
    const partnerKeyRef = { name: 'other', namespace: 'datalens' }
    sees(watches.tenants.store, another('rival', { partnerKeyRef }))
    await woken('tenants')
    const key = seen.partnerKey!
    const tenants = { ...key.spec.tenants, databases: ['shop_*'] }
    sees(watches.partnerKeys.store, { ...key, spec: { ...key.spec, tenants } })
    expect(await woken('tenants')).toContain('tenants/rival')
  })

  test.each<readonly [string, Partial<ConnectorTenant['spec']>, readonly string[]]>([
    ['the PartnerKey does not let it have its name', { database: 'aaa_finance' }, []],
    ['its PartnerKey is not there', { partnerKeyRef: { name: 'none', namespace: 'datalens' } }, []],
    ['it might have got its database just now', { database: 'client_3' }, ['gamma client_3']],
  ])('a tenant that goes without a status, and %s: the connection hears of %j', (_why, spec, told) => {
    const tenants = { ...seen.partnerKey!.spec.tenants, databases: ['client_*'] }
    sees(watches.partnerKeys.store, { ...seen.partnerKey!, spec: { ...seen.partnerKey!.spec, tenants } })
    const { status: _none, ...gamma } = another('gamma', spec)
    sees(watches.tenants.store, gamma)
    watches.tenants.store.noteDelete('tenants/gamma', gamma.metadata.uid ?? '')
    expect(departures).toEqual(told)
  })

  test('a tenant that was served and is let in no more goes: the connection hears of it', () => {
    const tenants = { ...seen.partnerKey!.spec.tenants, databases: ['shop_*'] }
    sees(watches.partnerKeys.store, { ...seen.partnerKey!, spec: { ...seen.partnerKey!.spec, tenants } })
    watches.tenants.store.noteDelete('tenants/acme', tenant.metadata.uid ?? '')
    expect(departures).toEqual(['acme client_1'])
  })

  test('a tenant made anew with another database: the old one is a departure', () => {
    sees(watches.tenants.store, {
      ...tenant,
      metadata: { ...tenant.metadata, uid: 'new' },
      spec: { ...tenant.spec, database: 'client_9' },
    })
    expect(departures).toEqual(['acme client_1'])
  })

  test('a token Secret that somebody changed: its tenant; that the operator wrote: nobody', async () => {
    sees(watches.secrets.store, tokenSecret())
    expect(await woken('tenants')).toEqual(['tenants/acme'])
    const own = tokenSecret()
    watches.secrets.store.noteWrite({
      ...own,
      metadata: { ...own.metadata, resourceVersion: String(++version) },
    })
    expect(await woken('tenants')).toEqual([])
  })

  test.each<[string, 'answered' | 'lost' | 'another', readonly string[]]>([
    ['is answered with what was shown: nobody', 'answered', []],
    ['is answered with what came later: its tenant', 'another', ['tenants/acme']],
    ['has no answer: its tenant', 'lost', ['tenants/acme']],
  ])('a token Secret that the watch shows during a write, which then %s', async (_case, end, expected) => {
    const { promise, resolve, reject } = Promise.withResolvers<Secret>()
    const write = watches.secrets.store.write(keyOf(tokenSecret()), () => promise)
    const shown = sees(watches.secrets.store, tokenSecret())
    expect(await woken('tenants')).toEqual([])
    const later = { ...shown, metadata: { ...shown.metadata, resourceVersion: String(++version) } }
    if (end === 'lost') reject(new Error('nobody knows'))
    else resolve(end === 'answered' ? shown : later)
    await write.catch(() => {})
    expect(await woken('tenants')).toEqual(expected)
    sees(watches.secrets.store, tokenSecret())
    expect(await woken('tenants')).toEqual(['tenants/acme'])
  })

  test('a PartnerKey’s policy: all its tenants', async () => {
    const key = seen.partnerKey!
    sees(watches.partnerKeys.store, {
      ...key,
      spec: { ...key.spec, tenants: { ...key.spec.tenants, allowDrop: true } },
    })
    expect(await woken('tenants')).toEqual(['tenants/acme', 'tenants/beta'])
  })

  test('a PartnerKey’s counters: nobody; a step of its rollout: those whose pair it moves', async () => {
    const key = seen.partnerKey!
    sees(watches.partnerKeys.store, { ...key, status: { ...key.status, tenants: 7 } })
    expect(await woken('tenants')).toEqual([])
    moves = true
    sees(watches.partnerKeys.store, { ...key, status: { ...key.status, tenants: 8 } })
    expect(await woken('tenants')).toEqual(['tenants/acme', 'tenants/beta'])
  })

  test('a connection’s spec: keys and tenants; its counters: nobody', async () => {
    const connection = seen.connection!
    sees(watches.connections.store, { ...connection, status: { ...connection.status, databaseCount: 3 } })
    expect(await woken('tenants')).toEqual([])
    sees(watches.connections.store, { ...connection, spec: { ...connection.spec, suspend: true } })
    expect(await woken('tenants')).toEqual(['tenants/acme', 'tenants/beta'])
    expect(await woken('partnerKeys')).toEqual(['datalens/acme'])
  })

  test('a namespace’s labels: its tenants, when they differ', async () => {
    const namespace = sees(watches.namespaces!.store, {
      metadata: { name: 'tenants', uid: 'n', labels: { a: '1' } },
    })
    await woken('tenants')
    sees(watches.namespaces!.store, namespace)
    expect(await woken('tenants')).toEqual([])
    sees(watches.namespaces!.store, { metadata: { ...namespace.metadata, labels: { a: '2' } } })
    expect(await woken('tenants')).toEqual(['tenants/acme', 'tenants/beta'])
  })

  test('a change on the server: the tenants of those databases on that connection', async () => {
    changes.databases('datalens/default', ['client_2', 'client_unknown'])
    expect(await woken('tenants')).toEqual(['tenants/beta'])
    changes.databases('datalens/other', ['client_2'])
    expect(await woken('tenants')).toEqual([])
  })

  test('a connection that is back: tenants that are not Ready, or all', async () => {
    changes.usable('datalens/default', { unreadyOnly: true })
    expect(await woken('tenants')).toEqual([])
    changes.usable('datalens/default', { unreadyOnly: false })
    expect(await woken('tenants')).toEqual(['tenants/acme', 'tenants/beta'])
  })
})

test('whoever was parked is woken when the connection answers, though it is Ready, and once', async () => {
  parked = ['tenants/one', 'tenants/two']
  changes.answers('datalens/other')
  expect(await woken('tenants')).toEqual([])
  changes.answers('datalens/default')
  expect(await woken('tenants')).toEqual(['tenants/one', 'tenants/two'])
  changes.answers('datalens/default')
  expect(await woken('tenants')).toEqual([])
})
