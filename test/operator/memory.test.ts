/**
 * How much each cache of the operator holds of objects that a stranger has filled, in every place that the API server
 * lets them fill. Whatever holds objects is in the table, and whatever can be filled.
 */
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../src/api/object.ts'
import { watchConnections } from '../../src/operator/kinds/clickhouse-connection.ts'
import { watchTenants } from '../../src/operator/kinds/connector-tenant.ts'
import type { KindEnvironment } from '../../src/operator/kinds/environment.ts'
import { watchPartnerKeys } from '../../src/operator/kinds/partner-key.ts'
import { embedKind } from '../../src/operator/kinds/secure-embed.ts'
import { watchShared } from '../../src/operator/watches.ts'
import { CacheShares } from '../../src/runtime/cache/cache-shares.ts'
import type { Store } from '../../src/runtime/cache/store.ts'
import { weightOf } from '../../src/core/weight.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { builtConnection } from '../builders/connection.ts'
import { builtEmbed } from '../builders/embed.ts'
import { builtPartnerKey } from '../builders/partner-key.ts'
import { builtTenant } from '../builders/tenant.ts'
import { tokenSecret } from '../builders/tenant-observed.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

const KiB = 1024
const MiB = 1024 * KiB
const mib = 'x'.repeat(MiB)
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`a.example/name-${at}`, value]))
const list = <T>(count: number, made: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => made(at))

type Fill = (object: KubeObject) => object

const inMetadata =
  (more: object): Fill =>
  object => ({ ...object, metadata: { ...object.metadata, ...more } })
const inSpec =
  (more: object): Fill =>
  object => ({ ...object, spec: { ...(object as { spec?: object }).spec, ...more } })
const inData =
  (data: object): Fill =>
  object => ({ ...object, data })

const owner = { apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u' }

const metadata: Readonly<Record<string, Fill>> = {
  'one annotation': inMetadata({ annotations: { 'a.example/pad': mib } }),
  'an annotation of ours': inMetadata({ annotations: { 'lenskeeper.dev/resync': mib } }),
  'many annotations': inMetadata({ annotations: many(10_000, 'a value') }),
  'many labels': inMetadata({ labels: many(10_000, 'a-value') }),
  'the name of an owner': inMetadata({ ownerReferences: [{ ...owner, name: mib }] }),
  'many owners': inMetadata({ ownerReferences: list(10_000, at => ({ ...owner, uid: `u${at}` })) }),
  'many finalizers': inMetadata({ finalizers: list(10_000, at => `a.example/finalizer-${at}`) }),
  'managed fields': inMetadata({ managedFields: [{ manager: mib }] }),
  'another field': inMetadata({ generateName: mib }),
}

const ours = 'token database url expiresAt private.pem public.pem username password'.split(' ')
const data: Readonly<Record<string, Fill>> = {
  'one value': inData({ pad: mib }),
  'many values': inData(many(10_000, 'YQ==')),
  'the values that are ours': inData(Object.fromEntries(ours.map(name => [name, mib.slice(0, 90 * KiB)]))),
}

const request: Readonly<Record<string, Fill>> = {
  'what its Secret is to have': inSpec({ secret: { annotations: many(32, mib.slice(0, 4_096)) } }),
}
const params: Readonly<Record<string, Fill>> = {
  'a parameter': inSpec({ params: [{ name: 'a', value: mib }] }),
  'unsigned parameters': inSpec({
    unsignedParams: list(32, at => ({ name: `p${at}`, values: list(256, () => mib.slice(0, 128)) })),
  }),
  'very many small ones': inSpec({
    params: list(32, at => ({ name: `p${at}`, values: list(256, () => 'x') })),
  }),
}

function caches(room: number) {
  const clock = new VirtualClock()
  const metrics = new Metrics(() => clock.monotonic())
  const log = createLogger({ level: 'silent' })
  const shares = new CacheShares(room)
  const watching = {
    transport: {} as never,
    watchNamespaces: [],
    clock,
    random: () => 0,
    log,
    metrics,
    shares,
  }
  const shared = watchShared(watching)
  const config = { dryRun: false, secretMetadataPrefixes: [] }
  const embeds = embedKind({ ...watching, shared, config } as unknown as KindEnvironment).watched.store
  return {
    secrets: shared.secrets.store,
    'signing keys': shared.signingKeys.store,
    'config maps': shared.configMaps.store,
    namespaces: shared.namespaces?.store,
    tenants: watchTenants(watching, shared).store,
    'partner keys': watchPartnerKeys(watching).store,
    connections: watchConnections(watching).store,
    embeds,
  } as unknown as Readonly<Record<Cache, Store<KubeObject>>>
}

type Cache =
  | 'secrets'
  | 'signing keys'
  | 'config maps'
  | 'namespaces'
  | 'tenants'
  | 'partner keys'
  | 'connections'
  | 'embeds'

/** Labels decide which namespace is let in, and who may write them decides that anyway. */
const { 'many labels': _labels, ...metadataOfNamespaces } = metadata

/** What an object is like, how it can be filled, and how much of one may be held. */
const table: Readonly<Record<Cache, readonly [KubeObject, Readonly<Record<string, Fill>>, number]>> = {
  secrets: [tokenSecret(), { ...metadata, ...data }, 400 * KiB],
  'signing keys': [tokenSecret(), { ...metadata, ...data }, 160 * KiB],
  'config maps': [tokenSecret(), { ...metadata, ...data }, 160 * KiB],
  namespaces: [{ metadata: { name: 'a' } }, metadataOfNamespaces, 8 * KiB],
  tenants: [builtTenant(), { ...metadata, ...request }, 80 * KiB],
  'partner keys': [builtPartnerKey(), metadata, 80 * KiB],
  connections: [builtConnection(), metadata, 80 * KiB],
  embeds: [builtEmbed(), { ...metadata, ...request, ...params }, 160 * KiB],
}

const cases = Object.entries(table).flatMap(([cache, [object, fills, most]]) =>
  Object.entries(fills).map(([what, fill]) => [cache as Cache, what, { object, fill, most }] as const),
)

function put(store: Store<KubeObject>, object: object, name: string): void {
  const given = object as KubeObject
  const namespace = given.metadata.namespace === undefined ? {} : { namespace: 'hog' }
  store.noteWrite({
    ...given,
    metadata: { ...given.metadata, name, uid: name, resourceVersion: '1', ...namespace },
  })
}

describe('of an object that is filled, little is held', () => {
  test.each(cases)('%s: %s', (cache, _, { object, fill, most }) => {
    const store = caches(Number.POSITIVE_INFINITY)[cache]
    put(store, fill(object), 'filled')
    expect(store.size).toBe(1)
    expect(weightOf(store.list())).toBeLessThan(most)
  })
})

test('all that strangers make for us to read has one bound, whatever it is and however much of it there is', () => {
  const room = 4 * MiB
  const all = caches(room)
  const limited = [all.secrets, all['signing keys'], all['config maps']]
  const fill = inData({ token: mib.slice(0, 90 * KiB) })
  for (const [at, store] of limited.entries()) {
    for (let more = 0; more < 60; more++) {
      put(store, fill(tokenSecret()), `large-${at}-${more}`)
      put(store, tokenSecret(), `small-${at}-${more}`)
    }
  }
  expect(limited.every(store => store.withholds('hog'))).toBe(true)
  expect(limited.reduce((sum, store) => sum + weightOf(store.list()), 0)).toBeLessThan(room + 64 * KiB)
  const victim = tokenSecret()
  all.secrets.noteWrite(victim)
  expect(all.secrets.list()).toContainEqual(victim)
})
