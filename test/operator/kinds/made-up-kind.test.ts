/** A fourth kind, wired as one would be: what it is not about takes no notice of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import { crdFiles } from '../../../src/api/definition/crd-yaml.ts'
import { renderReference } from '../../../src/api/definition/reference.ts'
import { defineResource, readyColumns, type Resource } from '../../../src/api/definition/resource.ts'
import { object, optional, string, type TypeOf } from '../../../src/api/definition/schema.ts'
import { kinds } from '../../../src/api/kinds.ts'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { labels, managedByValue } from '../../../src/api/labels.ts'
import { beside, type KubeObject, type ObjectKey } from '../../../src/api/object.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { Fleet } from '../../../src/clickhouse/fleet.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { readOperatorConfig } from '../../../src/config/operator-config.ts'
import { neverAborts } from '../../../src/core/abort.ts'
import { settled } from '../../../src/core/outcome.ts'
import type { EventRecorder } from '../../../src/kube/objects/events.ts'
import type { ResourceClient, Selection } from '../../../src/kube/objects/resource-client.ts'
import { createControllers } from '../../../src/operator/controllers.ts'
import type { Kind } from '../../../src/operator/kind.ts'
import { queueOptions, type KindEnvironment } from '../../../src/operator/kinds/environment.ts'
import { createKinds } from '../../../src/operator/kinds/kinds.ts'
import { ReferencedSecrets } from '../../../src/operator/wake/referenced-secrets.ts'
import { watch, watchShared } from '../../../src/operator/watches.ts'
import type { Store } from '../../../src/runtime/cache/store.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { Metrics } from '../../../src/telemetry/metrics.ts'
import { KeyRing } from '../../../src/token/key-ring.ts'
import { aConnection } from '../../builders/connection-observed.ts'
import { aTenant } from '../../builders/tenant-observed.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const spec = object('What is wanted.', {
  password: string('The Secret that it reads.', { maxLength: 253 }),
  follows: optional(string('The tenant, in its namespace, that it depends on.', { maxLength: 253 })),
})
const status = object('What is.', { seen: optional(string('Something.', { maxLength: 10 })) })
type Gadget = Resource<'Gadget', TypeOf<typeof spec>, TypeOf<typeof status>>

const gadget = defineResource({
  kind: 'Gadget',
  plural: 'gadgets',
  shortName: 'gad',
  noun: 'gadget',
  description: 'Made up.',
  conditions: {},
  reasons: { Ready: 'It runs.' },
  spec,
  status,
  columns: readyColumns,
})

const gadgetLabel = 'lenskeeper.dev/gadget'

/** What a file in operator/kinds/ would hold; its controller only notes what it is given. */
function gadgetKind(environment: KindEnvironment, tenants: Kind, ran: ObjectKey[]): Kind<Gadget> {
  const watched = watch<Gadget>(gadget, environment)
  watched.store.addIndex('tenant', one =>
    one.spec.follows === undefined ? [] : [beside(one, one.spec.follows)],
  )
  const queue = new WorkQueue({ name: 'gadgets', ...queueOptions(environment) })
  return {
    name: 'gadgets',
    watched,
    queue,
    firstLook: 'follows',
    reconcile: key => {
      ran.push(key)
      return Promise.resolve(settled)
    },
    references: one => [beside(one, one.spec.password)],
    subjectsOfSecret: secret => {
      const name = secret.metadata.labels?.[gadgetLabel]
      return name === undefined ? [] : [beside(secret, name)]
    },
    subscribe() {
      tenants.watched.store.subscribe(({ key }) => {
        for (const one of watched.store.keysByIndex('tenant', key)) queue.add(one, { reason: 'tenant' })
      })
    },
  }
}

/** The Secrets of other people, each with its own watch. */
class OthersSecrets {
  readonly watched = new Set<string>()
  readonly #waiting = new Map<string, (secret: Secret) => void>()

  readonly client = {
    listWatch: ({ namespace, fieldSelector = '' }: Selection) => {
      const key = `${namespace}/${fieldSelector.replace('metadata.name=', '')}`
      return {
        list: () => {
          this.watched.add(key)
          return Promise.resolve({ items: [], resourceVersion: '1' })
        },
        watch: (_: unknown, signal: AbortSignal) => this.#events(key, signal),
      }
    },
  } as unknown as ResourceClient<Secret>

  write(key: string): void {
    const [namespace = '', name = ''] = key.split('/')
    this.#waiting.get(key)?.({ metadata: { namespace, name, uid: key, resourceVersion: '2' } })
  }

  async *#events(key: string, signal: AbortSignal) {
    signal.addEventListener('abort', () => this.watched.delete(key), { once: true })
    while (!signal.aborted) {
      const next = Promise.withResolvers<Secret | undefined>()
      this.#waiting.set(key, next.resolve)
      signal.addEventListener('abort', () => next.resolve(undefined), { once: true })
      const found = await next.promise
      if (found !== undefined) yield { type: 'modified' as const, object: found }
    }
  }
}

const stop = new AbortController()
const log = createLogger({ level: 'silent' })
let clock: VirtualClock
let environment: KindEnvironment
let others: OthersSecrets
let all: readonly Kind[]
let ran: ObjectKey[]
let version = 1

function sees<T extends KubeObject>(store: Store<T>, object: T): void {
  const feed = store.openFeed()
  const metadata = { ...object.metadata, resourceVersion: String(++version) }
  feed.event({ type: 'modified', object: { ...object, metadata } })
  feed.close()
}

const storeOf = <T extends KubeObject>(name: string): Store<T> =>
  all.find(kind => kind.name === name)?.watched.store as unknown as Store<T>

const aGadget = (name: string, wanted: Partial<Gadget['spec']> = {}): Gadget => ({
  metadata: { namespace: 'datalens', name, uid: name, generation: 1 },
  spec: { password: `${name}-password`, ...wanted },
})

const ownSecret = (name: string, given: Readonly<Record<string, string>>): Secret => ({
  metadata: {
    namespace: 'datalens',
    name,
    uid: name,
    labels: { [labels.managedBy]: managedByValue, ...given },
  },
})

/** What each queue holds by now; all are empty afterwards. */
async function woken(): Promise<Record<string, string[]>> {
  await clock.advance(60_000)
  const found: Record<string, string[]> = {}
  for (const { name, queue } of all) {
    const keys: string[] = []
    while (queue.depth > 0) {
      const work = await queue.take(stop.signal)
      if (work === undefined) break
      keys.push(work.key)
      queue.done(work.key, 'forget')
    }
    if (keys.length > 0) found[name] = keys.toSorted()
  }
  return found
}

beforeEach(() => {
  clock = new VirtualClock()
  others = new OthersSecrets()
  ran = []
  const metrics = new Metrics(() => clock.monotonic())
  const watching = {
    transport: undefined as never,
    watchNamespaces: [],
    clock,
    random: () => 0.5,
    log,
    metrics,
  }
  environment = {
    ...watching,
    config: readOperatorConfig([], {}),
    installation: 'test',
    shared: watchShared(watching),
    references: new ReferencedSecrets({ ...watching, client: others.client }),
    fleet: new Fleet(),
    keyRing: new KeyRing(),
    ending: neverAborts,
    events: { publish: () => {} } as unknown as EventRecorder,
    mayI: () => Promise.reject(new Error('nothing is asked here')),
    randomBytes: count => new Uint8Array(count),
  }
  const three = createKinds(environment)
  const tenants = three.find(({ name }) => name === 'tenants')!
  all = [...three, gadgetKind(environment, tenants, ran)]
})

afterEach(async () => {
  await environment.references.close()
  environment.metrics.close()
})

describe('a fourth kind', () => {
  beforeEach(async () => {
    createControllers(all, environment)
    sees(storeOf('connections'), aConnection())
    sees(storeOf('partner keys'), aTenant().build().partnerKey!)
    sees(storeOf('tenants'), aTenant().build().tenant)
    sees(storeOf('gadgets'), aGadget('lamp'))
    await woken()
  })

  test('is in its queue by its own changes, and in no other', async () => {
    sees(storeOf('gadgets'), aGadget('bell'))
    expect(await woken()).toEqual({ gadgets: ['datalens/bell'] })
    sees(storeOf<Gadget>('gadgets'), { ...aGadget('bell'), status: {} })
    expect(await woken()).toEqual({})
  })

  test('has the Secrets it refers to watched; a change wakes it alone', async () => {
    expect(others.watched).toContain('datalens/lamp-password')
    others.write('datalens/lamp-password')
    expect(await woken()).toEqual({ gadgets: ['datalens/lamp'] })
    sees(storeOf('gadgets'), aGadget('lamp', { password: 'other' }))
    expect(await woken()).toEqual({ gadgets: ['datalens/lamp'] })
    expect(others.watched).not.toContain('datalens/lamp-password')
    expect(others.watched).toContain('datalens/other')
    others.write('datalens/other')
    expect(await woken()).toEqual({ gadgets: ['datalens/lamp'] })
  })

  test('is woken alone by a Secret of ours with its label, when that comes, changes hands and goes', async () => {
    const { store } = environment.shared.secrets
    sees(store, ownSecret('made', { [gadgetLabel]: 'lamp' }))
    expect(await woken()).toEqual({ gadgets: ['datalens/lamp'] })
    sees(store, ownSecret('made', { [gadgetLabel]: 'bell' }))
    expect(await woken()).toEqual({ gadgets: ['datalens/bell', 'datalens/lamp'] })
    // What it was made from may be named beside it.
    sees(store, ownSecret('made', { [gadgetLabel]: 'bell', [labels.partnerKey]: 'acme' }))
    expect(await woken()).toEqual({ gadgets: ['datalens/bell'] })
  })

  test('subscribes to what it depends on', async () => {
    sees(storeOf('gadgets'), aGadget('bell', { follows: 'acme' }))
    await woken()
    const { tenant } = aTenant().build()
    const acme = { ...tenant, metadata: { ...tenant.metadata, namespace: 'datalens' } }
    sees(storeOf('tenants'), acme)
    expect(await woken()).toMatchObject({ gadgets: ['datalens/bell'] })
  })
})

test('a fourth kind runs after those that go first, and is counted by its name', async () => {
  const controllers = createControllers(all, environment)
  sees(storeOf('connections'), aConnection())
  sees(storeOf('gadgets'), aGadget('lamp'))
  const controller = controllers.find(({ name }) => name === 'gadgets')
  controller?.start(stop.signal)
  await clock.advance(9_000)
  expect(ran).toEqual([])
  await clock.advance(2_000)
  expect(new Set(ran)).toEqual(new Set(['datalens/lamp']))
  expect(await environment.metrics.render()).toContain('queue="gadgets"')
  await controller?.stop()
})

test('the CRDs and the reference have a fourth kind by its entry in the list', () => {
  const four = [...kinds, gadget]
  expect(Object.keys(crdFiles(four))).toContain('gadgets.yaml')
  expect(crdFiles(four)['kustomization.yaml']).toContain('gadgets.yaml')
  expect(renderReference(four)).toContain('## Gadget')
  expect(renderReference(four)).toContain('It runs.')
})

describe('a Secret of ours without a label of a kind', () => {
  test('wakes the connections that read it, and no others of the namespace', async () => {
    createControllers(all, environment)
    const another = aConnection({
      reader: { ...aConnection().spec.reader, passwordSecretRef: { name: 'its' } },
    })
    sees(storeOf('connections'), aConnection())
    sees(storeOf('connections'), {
      ...another,
      metadata: { ...another.metadata, name: 'another', uid: 'another' },
    })
    await woken()
    const { store } = environment.shared.secrets
    sees(store, ownSecret('default-reader', {}))
    expect(await woken()).toEqual({ connections: ['datalens/default'] })
    sees(store, ownSecret('its', {}))
    expect(await woken()).toEqual({ connections: ['datalens/another'] })
    sees(store, ownSecret('nobodys', {}))
    expect(await woken()).toEqual({})
  })
})

describe('every kind, also a new one', () => {
  /** What its workers would be given now, and keep. */
  async function handedOut({ queue }: Kind, keys: readonly string[]): Promise<string[]> {
    for (const key of keys) queue.add(key)
    const taken: string[] = []
    while (queue.depth > 0) {
      const abort = new AbortController()
      const work = queue.take(abort.signal).catch(() => undefined)
      abort.abort()
      const key = (await work)?.key
      if (key === undefined) break
      taken.push(key)
    }
    return taken
  }

  const many = (prefix: string): string[] => Array.from({ length: 100 }, (_, at) => `${prefix}-${at}`)

  test.each([0, 1, 2, 3])('leaves a worker to others, whatever one namespace has (%i)', async at => {
    const kind = all[at]!
    expect(await handedOut(kind, many('hog/x'))).toHaveLength(environment.config.workers)
    expect(await handedOut(kind, ['other/x'])).toEqual(['other/x'])
  })

  test('a connection has half of the workers for its tenants, wherever they are', async () => {
    const connect = async (namespace: string): Promise<void> => {
      const key = aTenant().build().partnerKey!
      sees(storeOf('connections'), {
        ...aConnection(),
        metadata: { namespace, name: 'default', uid: namespace },
      })
      sees(storeOf<PartnerKey>('partner keys'), {
        ...key,
        metadata: { namespace, name: 'acme', uid: namespace },
      })
      const server: Pick<Server, 'subscribe'> = { subscribe: () => () => {} }
      await environment.fleet.put(`${namespace}/default`, server as Server)
    }
    const tenants = (from: string): string[] => {
      const { tenant } = aTenant().build()
      const spec = { ...tenant.spec, partnerKeyRef: { namespace: from, name: 'acme' } }
      const keys = many(`team/${from}`)
      for (const name of keys.map(key => key.replace('team/', '')))
        sees(storeOf<ConnectorTenant>('tenants'), { metadata: { namespace: 'team', name, uid: name }, spec })
      return keys
    }
    for (const namespace of ['slow', 'fast']) await connect(namespace)
    const kind = all.find(({ name }) => name === 'tenants')!
    const half = environment.config.workers / 2
    expect(await handedOut(kind, tenants('slow'))).toHaveLength(half)
    expect(await handedOut(kind, tenants('fast'))).toHaveLength(half)
  })
})
