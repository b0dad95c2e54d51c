import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { Namespace, Secret } from '../../../src/api/core-objects.ts'
import { encodeData } from '../../../src/api/core-objects.ts'
import { annotations, labels, secretTypes } from '../../../src/api/labels.ts'
import { partnerKeyOf, tenantIndex } from '../../../src/api/names.ts'
import type { KubeObject } from '../../../src/api/object.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import type { TallyCounts } from '../../../src/partner-key/tenants/key-tenants.ts'
import { Tally, countingMs } from '../../../src/partner-key/tenants/tally.ts'
import { CacheShares } from '../../../src/runtime/cache/cache-shares.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { formatPair } from '../../../src/tenancy/pair.ts'
import { partnerKey, partnerKeyName } from '../../builders/partner-key-observed.ts'

const log = createLogger({ level: 'silent' })

/** Real stores, filled as this process's own writes are. */
class Cluster {
  readonly tenants = new Store<ConnectorTenant>({ name: 'tenants', log })
  readonly secrets: Store<Secret>
  readonly partnerKeys = new Store<PartnerKey>({ name: 'partnerkeys', log })
  readonly namespaces = new Store<Namespace>({ name: 'namespaces', log })
  readonly woken: [key: string, afterMs: number][] = []
  #version = 1

  constructor(shares?: CacheShares) {
    this.secrets = new Store<Secret>({ name: 'secrets', log, shares })
    this.tenants.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
    this.tenants.addIndex('namespace', tenant => [tenant.metadata.namespace ?? ''])
    this.secrets.addIndex('tenant', tenantIndex)
    this.put(this.partnerKeys, partnerKey())
  }

  tally(): Tally {
    const { tenants, secrets, partnerKeys, namespaces } = this
    const wake = (key: string, afterMs: number): void => void this.woken.push([key, afterMs])
    return new Tally({ tenants, secrets, partnerKeys, namespaces, wake })
  }

  put<T extends KubeObject>(store: Store<T>, object: T): void {
    const { uid = object.metadata.name } = object.metadata
    store.noteWrite({
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(this.#version++) },
    })
  }

  remove<T extends KubeObject>(store: Store<T>, key: string): void {
    store.noteDelete(key, store.get(key)?.metadata.uid ?? '')
  }

  tenant(
    name: string,
    change: Partial<ConnectorTenant['spec']> = {},
    more: Partial<ConnectorTenant> = {},
  ): void {
    this.put(this.tenants, {
      ...more,
      metadata: { namespace: 'tenants', name, ...more.metadata },
      spec: {
        partnerKeyRef: { name: 'acme', namespace: 'datalens' },
        database: 'client_1',
        access: 'Granted',
        deletionPolicy: 'Retain',
        suspend: false,
        ...change,
      },
    })
  }

  token(tenant: string, pair: string, name = `${tenant}-datalens`): void {
    this.put(this.secrets, {
      metadata: { namespace: 'tenants', name, labels: { [labels.tenant]: tenant } },
      type: secretTypes.connectorToken,
      data: encodeData({ token: `${pair}:Y2lwaGVy:c2lnbmF0dXJl` }),
    })
  }
}

function told({ tenants, tokens, rollout }: TallyCounts) {
  return {
    tenants,
    dataLens: Object.fromEntries(tokens.dataLens),
    partner: Object.fromEntries(tokens.partner),
    holders: rollout.map(({ name }) => name).sort(),
  }
}

/** As a reflector's first list, older than whatever is written afterwards. */
function list<T extends KubeObject>(store: Store<T>, objects: readonly T[]): void {
  const resourceVersion = '1'
  const items = objects.map(object => ({ ...object, metadata: { ...object.metadata, resourceVersion } }))
  const listing = store.openFeed().beginList()
  listing.page({ items, resourceVersion })
  listing.finish()
}

let cluster: Cluster
beforeEach(() => {
  cluster = new Cluster()
})

describe('counts', () => {
  test('follow tenants and what their Secrets hold', () => {
    const tally = cluster.tally()
    cluster.tenant('a')
    cluster.tenant('b')
    cluster.token('a', '1:1')
    expect(told(tally.counts(partnerKeyName))).toEqual({
      tenants: 2,
      dataLens: { 1: 1 },
      partner: { 1: 1 },
      holders: ['tenants/a'],
    })
    cluster.token('a', '1:2')
    cluster.token('b', '1:1')
    expect(told(tally.counts(partnerKeyName))).toMatchObject({ dataLens: { 1: 2 }, partner: { 1: 1, 2: 1 } })
    cluster.remove(cluster.secrets, 'tenants/a-datalens')
    cluster.remove(cluster.tenants, 'tenants/b')
    expect(told(tally.counts(partnerKeyName))).toEqual({
      tenants: 1,
      dataLens: {},
      partner: {},
      holders: [],
    })
  })

  test.each([
    ['tenants first', false],
    ['Secrets first', true],
  ])('take in the first lists, %s, and wake the PartnerKey once', (_, secretsFirst) => {
    const before = new Cluster()
    const names = ['a', 'b', 'c']
    for (const name of names) {
      before.tenant(name)
      before.token(name, '1:1')
    }
    const tally = cluster.tally()
    const lists = [
      () => list(cluster.tenants, before.tenants.list()),
      () => list(cluster.secrets, before.secrets.list()),
    ]
    for (const take of secretsFirst ? lists.toReversed() : lists) take()
    expect(cluster.woken).toEqual([[partnerKeyName, countingMs]])
    const all = {
      tenants: 3,
      dataLens: { 1: 3 },
      partner: { 1: 3 },
      holders: names.map(one => `tenants/${one}`),
    }
    expect(told(tally.counts(partnerKeyName))).toEqual(all)
    cluster.remove(cluster.tenants, 'tenants/a')
    cluster.token('b', '1:2')
    const after = { tenants: 2, partner: { 1: 1, 2: 1 }, holders: ['tenants/b', 'tenants/c'] }
    expect(told(tally.counts(partnerKeyName))).toMatchObject(after)
  })

  test('follow what changes while the first lists come', () => {
    const before = new Cluster()
    before.tenant('a')
    before.token('a', '1:1')
    const tally = cluster.tally()
    list(cluster.tenants, before.tenants.list())
    cluster.tenant('late')
    cluster.token('late', '1:2')
    list(cluster.secrets, before.secrets.list())
    expect(told(tally.counts(partnerKeyName))).toMatchObject({ tenants: 2, partner: { 1: 1, 2: 1 } })
  })

  test('go by the status of tenants for whose Secrets the cache has no room', () => {
    const full = new Cluster(new CacheShares(0))
    const tally = full.tally()
    const token = { pair: '1:2', secretName: 'a-datalens', mintedAt: '2026-01-01T00:00:00Z' }
    full.tenant('a', {}, { status: { token } })
    expect(told(tally.counts(partnerKeyName)).holders).toEqual([])
    full.token('a', '1:2')
    full.tenant('b')
    full.tenant('a', {}, { status: { token } })
    expect(told(tally.counts(partnerKeyName))).toMatchObject({ partner: { 2: 1 }, holders: ['tenants/a'] })
  })

  test('go by the status of all tenants from when their namespace lacks a Secret, whichever came first', () => {
    const [seen, other] = [new Cluster(new CacheShares(0)), new Cluster(new CacheShares(0))]
    const [tally, later] = [seen.tally(), other.tally()]
    const status = (name: string) => ({
      token: { pair: '1:1', secretName: `${name}-datalens`, mintedAt: '2026-01-01T00:00:00Z' },
    })
    for (const name of ['a', 'b']) seen.tenant(name, {}, { status: status(name) })
    seen.woken.length = 0
    seen.token('a', '1:1')
    other.token('a', '1:1')
    for (const name of ['a', 'b']) other.tenant(name, {}, { status: status(name) })
    expect(told(tally.counts(partnerKeyName))).toMatchObject({ tenants: 2, partner: { 1: 2 } })
    expect(told(later.counts(partnerKeyName))).toEqual(told(tally.counts(partnerKeyName)))
    expect(seen.woken).toContainEqual([partnerKeyName, countingMs])
    const listing = seen.secrets.openFeed().beginList()
    listing.page({ items: [], resourceVersion: '900' })
    listing.finish()
    expect(told(tally.counts(partnerKeyName)).partner).toEqual({})
  })

  test('take in the Secret that the status tells of beside another one that the cache has', () => {
    const room = new Cluster(new CacheShares(1_000))
    const tally = room.tally()
    const token = { pair: '1:2', secretName: 'new', mintedAt: '2026-01-01T00:00:00Z' }
    room.tenant('a', { secret: { name: 'new' } }, { status: { token } })
    room.token('a', '1:1', 'old')
    expect(told(tally.counts(partnerKeyName)).partner).toEqual({ 1: 1 })
    room.token('b', '1:1', 'filling')
    room.token('a', '1:2', 'new')
    expect(room.secrets.size).toBeLessThan(3)
    expect(told(tally.counts(partnerKeyName)).partner).toEqual({ 1: 1, 2: 1 })
  })

  test('take in what was there before, and Secrets that came before their tenant', () => {
    cluster.token('a', '3:4')
    const early = cluster.tally()
    cluster.tenant('a')
    expect(told(early.counts(partnerKeyName))).toEqual(told(cluster.tally().counts(partnerKeyName)))
    expect(told(early.counts(partnerKeyName)).partner).toEqual({ 4: 1 })
  })

  test('a tenant moved to another PartnerKey leaves the first', () => {
    const tally = cluster.tally()
    cluster.tenant('a')
    cluster.token('a', '1:1')
    cluster.tenant('a', { partnerKeyRef: { name: 'other', namespace: 'datalens' } })
    expect(tally.counts(partnerKeyName).tenants).toBe(0)
    expect(told(tally.counts('datalens/other'))).toMatchObject({ tenants: 1, partner: { 1: 1 } })
  })

  test('while a Secret moves to another name, the wanted name counts for the rollout', () => {
    const tally = cluster.tally()
    cluster.tenant('a', { secret: { name: 'new' } })
    cluster.token('a', '1:1', 'old')
    cluster.token('a', '1:2', 'new')
    expect(tally.counts(partnerKeyName).rollout[0]?.holds).toEqual({ dataLens: 1, partner: 2 })
    expect(told(tally.counts(partnerKeyName)).partner).toEqual({ 1: 1, 2: 1 })
  })

  test.each(['', 'x', '1', '1:2', '0:1:x:y', '01:1:x:y', '1:1x:a:b', ':::', '99999999999:1:a:b'])(
    'a Secret that holds %j holds no token',
    text => {
      const tally = cluster.tally()
      cluster.tenant('a')
      const metadata = { namespace: 'tenants', name: 'a-datalens', labels: { [labels.tenant]: 'a' } }
      cluster.put(cluster.secrets, {
        metadata,
        type: secretTypes.connectorToken,
        data: encodeData({ token: text }),
      })
      expect(told(tally.counts(partnerKeyName))).toMatchObject({ partner: {}, holders: [] })
    },
  )

  test('a Secret of another type does not count', () => {
    const tally = cluster.tally()
    cluster.tenant('a')
    const metadata = { namespace: 'tenants', name: 'a-datalens', labels: { [labels.tenant]: 'a' } }
    cluster.put(cluster.secrets, { metadata, type: 'Opaque', data: encodeData({ token: '1:1:a:b' }) })
    expect(told(tally.counts(partnerKeyName)).partner).toEqual({})
  })

  test('are the same after any course of events as counted anew', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const event = fc.oneof(
      fc.record({ kind: fc.constant('tenant' as const), name, suspend: fc.boolean() }),
      fc.record({ kind: fc.constant('token' as const), name, pair: fc.constantFrom('1:1', '1:2', '2:2') }),
      fc.record({ kind: fc.constant('noTenant' as const), name }),
      fc.record({ kind: fc.constant('noToken' as const), name }),
      fc.record({
        kind: fc.constant('policy' as const),
        from: fc.constantFrom('All' as const, 'Same' as const),
      }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), events => {
        const world = new Cluster()
        const tally = world.tally()
        for (const one of events) {
          if (one.kind === 'tenant') world.tenant(one.name, { suspend: one.suspend })
          if (one.kind === 'token') world.token(one.name, one.pair)
          if (one.kind === 'noTenant') world.remove(world.tenants, `tenants/${one.name}`)
          if (one.kind === 'noToken') world.remove(world.secrets, `tenants/${one.name}-datalens`)
          if (one.kind === 'policy') {
            const { tenants } = partnerKey().spec
            world.put(
              world.partnerKeys,
              partnerKey({ tenants: { ...tenants, namespaces: { from: one.from } } }),
            )
          }
        }
        const sorted = ({ rollout, ...counts }: TallyCounts) => ({
          ...told({ rollout, ...counts }),
          rollout: rollout.toSorted((a, b) => a.name.localeCompare(b.name)),
        })
        const held = tally.held(partnerKeyName)
        const counts = tally.counts(partnerKeyName)
        expect(sorted(counts)).toEqual(sorted(world.tally().counts(partnerKeyName)))
        const pairs = Map.groupBy(counts.rollout, ({ holds }) => formatPair(holds))
        expect(held).toEqual({
          pairs: new Map(pairs.entries().map(([pair, { length }]) => [pair, length])),
          partner: counts.tokens.partner,
        })
      }),
    )
  })
})

describe('a tenant in a rollout', () => {
  const only = (tally: Tally) => tally.counts(partnerKeyName).rollout[0]
  const condition = (type: string, status: string, reason: string) =>
    ({ type, status, reason, message: '', lastTransitionTime: '2026-01-01T00:00:07Z' }) as never

  test.each<readonly [string, Partial<ConnectorTenant['spec']>, string]>([
    ['counts', {}, 'counts'],
    ['is suspended', { suspend: true }, 'suspended'],
    ['may not have its name any more', { database: 'legacy' }, 'notAllowed'],
  ])('%s', (_what, change, standing) => {
    const tally = cluster.tally()
    cluster.tenant('a', change)
    cluster.token('a', '1:1')
    expect(only(tally)?.standing).toBe(standing)
  })

  test('stands by the policy as it is now, and by its namespace’s labels', () => {
    const tally = cluster.tally()
    cluster.tenant('a')
    cluster.token('a', '1:1')
    const selector = { matchLabels: { team: 'x' } }
    const { tenants } = partnerKey().spec
    const namespaces = { from: 'Selector' as const, selector }
    cluster.put(cluster.partnerKeys, partnerKey({ tenants: { ...tenants, namespaces } }))
    expect(only(tally)?.standing).toBe('notAllowed')
    cluster.woken.length = 0
    cluster.put(cluster.namespaces, { metadata: { name: 'tenants', labels: { team: 'x' } } })
    expect(only(tally)?.standing).toBe('counts')
    expect(cluster.woken).toEqual([[partnerKeyName, countingMs]])
  })

  test('is in the canary that selects it', () => {
    const tally = cluster.tally()
    cluster.tenant('a', {}, { metadata: { name: 'a', namespace: 'tenants', labels: { tier: 'internal' } } })
    cluster.token('a', '1:1')
    expect(only(tally)?.inCanary).toBe(false)
    const canary = {
      selector: { matchLabels: { tier: 'internal' } },
      soak: '10m',
      promotion: 'Auto' as const,
    }
    cluster.put(cluster.partnerKeys, partnerKey({ rollout: { ...partnerKey().spec.rollout, canary } }))
    expect(only(tally)?.inCanary).toBe(true)
  })

  test('is left out while it is being deleted, though its token still counts', () => {
    const tally = cluster.tally()
    const metadata = { name: 'a', namespace: 'tenants', deletionTimestamp: '2026-01-01T00:00:00Z' }
    cluster.tenant('a', {}, { metadata })
    cluster.token('a', '1:1')
    expect(told(tally.counts(partnerKeyName))).toMatchObject({ holders: [], partner: { 1: 1 } })
  })

  test('that DataLens refused says which pair', () => {
    const tally = cluster.tally()
    const metadata = { name: 'a', namespace: 'tenants', annotations: { [annotations.rejected]: '1:2' } }
    cluster.tenant('a', {}, { metadata })
    cluster.token('a', '1:1')
    expect(only(tally)?.rejected).toEqual({ dataLens: 1, partner: 2 })
  })

  const since = Date.parse('2026-01-01T00:00:07Z')
  test.each([
    ['Ready', [condition('Ready', 'True', 'Ready')], undefined, undefined, undefined],
    ['withheld', [condition('Ready', 'True', 'AccessWithheld')], undefined, undefined, undefined],
    ['still open', [condition('Ready', 'False', 'AccessRemains')], undefined, undefined, since],
    ['without status', [], undefined, undefined, undefined],
    [
      'with a Secret of somebody else',
      [condition('Ready', 'False', 'SecretConflict'), condition('Stalled', 'True', 'SecretConflict')],
      'its Secret is not its own',
      undefined,
      since,
    ],
    [
      'whose new Secret a quota refuses',
      [condition('Ready', 'True', 'Ready'), condition('Reconciling', 'True', 'SecretRefused')],
      'its namespace refuses the Secret',
      undefined,
      undefined,
    ],
    [
      'whose server is away',
      [
        condition('Ready', 'False', 'ConnectionNotReady'),
        condition('Reconciling', 'True', 'ConnectionNotReady'),
      ],
      undefined,
      'ConnectionNotReady',
      since,
    ],
    [
      'whose write fails',
      [condition('Ready', 'True', 'Ready'), condition('Reconciling', 'True', 'InternalError')],
      undefined,
      'InternalError',
      undefined,
    ],
  ])('%s', (_what, conditions, ownFault, otherFault, notReadySince) => {
    const tally = cluster.tally()
    cluster.tenant('a', {}, { status: { conditions } })
    cluster.token('a', '1:1')
    expect(only(tally)).toMatchObject({ ownFault, otherFault, notReadySince })
  })
})

describe('waking', () => {
  const pairs = (names: readonly string[], pair: string): void => {
    for (const name of names) cluster.token(name, pair)
  }

  beforeEach(() => {
    for (const name of ['a', 'b']) cluster.tenant(name)
    pairs(['a', 'b'], '1:1')
  })

  test('what counts grow by is looked at seldom', () => {
    cluster.tally()
    cluster.tenant('c')
    expect(cluster.woken).toEqual([[partnerKeyName, countingMs]])
  })

  test('a change that a rollout does not read wakes nobody', () => {
    cluster.tally()
    cluster.tenant('a', { access: 'Withheld' })
    cluster.token('a', '1:1')
    expect(cluster.woken).toEqual([])
  })

  test('the last of a step wakes at once', () => {
    const tally = cluster.tally()
    tally.expect(partnerKeyName, ['tenants/a', 'tenants/b'])
    pairs(['a'], '1:2')
    expect(cluster.woken.at(-1)).toEqual([partnerKeyName, countingMs])
    pairs(['b'], '1:2')
    expect(cluster.woken.at(-1)).toEqual([partnerKeyName, 0])
  })

  test('so does the departure of the last', () => {
    const tally = cluster.tally()
    tally.expect(partnerKeyName, ['tenants/a'])
    cluster.remove(cluster.tenants, 'tenants/a')
    expect(cluster.woken.at(-1)).toEqual([partnerKeyName, 0])
  })

  test('after close nothing does', () => {
    cluster.tally().close()
    cluster.tenant('c')
    expect(cluster.woken).toEqual([])
  })
})
