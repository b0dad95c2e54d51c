import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigMap } from '../../src/api/core-objects.ts'
import { startControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { configMaps } from '../../src/kube/objects/resources.ts'
import { Transport } from '../../src/kube/call/transport.ts'
import { Reflector } from '../../src/runtime/cache/reflector/reflector.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { acceleratedClock } from '../time/accelerated-clock.ts'
import { adminKubeconfig, eventually, kubectl, uniqueNamespace } from '../cluster/cluster.ts'
import { FaultProxy, type Fault } from '../proxies/fault-proxy.ts'

const log = createLogger({ level: 'silent' })
const isConfigMaps = /\/configmaps$/
const closing: (() => Promise<void>)[] = []

async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}
afterEach(closeAll)

interface Setup {
  readonly namespace: string
  readonly kubeconfig: string
  readonly store: Store<ConfigMap>
  readonly reflector: Reflector<ConfigMap>
}

/** A reflector of the namespace's ConfigMaps, whose backoffs and time-outs pass so many times as fast. */
function reflectorOf(
  namespace: string,
  kubeconfig: string,
  { through, speed = 100 }: { readonly through: string; readonly speed?: number },
): Setup {
  const random = Math.random
  const access = accessSource({ kubeconfig: through, env: {} })
  const transport = new Transport({ access, clock: acceleratedClock(20), random })
  const source = new ResourceClient(transport, configMaps).listWatch({ namespace })
  const store = new Store<ConfigMap>({ name: 'configmaps', log })
  const clock = acceleratedClock(speed)
  const reflector = new Reflector({ name: 'configmaps', source, store, clock, random, log })
  closing.push(async () => {
    await reflector.stop()
    await transport.close()
  })
  return { namespace, kubeconfig, store, reflector }
}

async function write(setup: Setup, ...maps: readonly (readonly [string, string])[]): Promise<void> {
  const items = maps.map(([name, value]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { value },
  }))
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const args = ['apply', '--server-side', '-n', setup.namespace, '-f', '-']
  await kubectl(args, { input, kubeconfig: setup.kubeconfig })
}

async function erase(setup: Setup, name: string): Promise<void> {
  await kubectl(['delete', 'configmap', name, '-n', setup.namespace], { kubeconfig: setup.kubeconfig })
}

/** One object made, one changed, one deleted, and one deleted and made again. */
async function disturb(setup: Setup): Promise<void> {
  await write(setup, ['made', '1'], ['changed', '2'])
  await erase(setup, 'deleted')
  await erase(setup, 'replaced')
  await write(setup, ['replaced', '2'])
}

function content(maps: readonly ConfigMap[]): Record<string, unknown> {
  return Object.fromEntries(
    maps.map(({ metadata, data }) => [metadata.name, [metadata.uid, metadata.resourceVersion, data?.value]]),
  )
}

/** Waits until the store has exactly what the server has, down to uid and version. */
async function inStep(setup: Setup): Promise<void> {
  const args = ['get', 'configmaps', '-n', setup.namespace, '-o', 'json']
  const answer = await kubectl(args, { kubeconfig: setup.kubeconfig })
  const { items } = JSON.parse(answer) as { items: ConfigMap[] }
  expect(items.length).toBeGreaterThan(0)
  await eventually(
    () => {
      expect(content(setup.store.list())).toEqual(content(items))
      return true
    },
    { what: 'store and server agree', everyMs: 20 },
  )
}

describe('a reflector goes on', () => {
  let proxy: FaultProxy
  beforeAll(async () => {
    proxy = await FaultProxy.start(adminKubeconfig())
  })
  afterAll(() => proxy.close())
  afterEach(() => {
    proxy.heal()
    proxy.forget()
  })

  async function setUp(speed?: number): Promise<Setup> {
    const through = { through: proxy.kubeconfigPath, ...(speed === undefined ? {} : { speed }) }
    const setup = reflectorOf(await uniqueNamespace('reflector'), adminKubeconfig(), through)
    await write(setup, ['changed', '1'], ['deleted', '1'], ['replaced', '1'])
    return setup
  }

  async function met(fault: Fault, watch: boolean): Promise<void> {
    const faulty = () => proxy.requests({ watch }).some(request => request.fault === fault.kind)
    await eventually(faulty, { what: `the ${watch ? 'watch' : 'list'} meets ${fault.kind}`, everyMs: 20 })
  }

  const faults: readonly (readonly [string, Fault])[] = [
    ['429', { kind: 'status', status: 429, retryAfterSeconds: 1 }],
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['401', { kind: 'status', status: 401 }],
    ['403', { kind: 'status', status: 403 }],
    ['410', { kind: 'status', status: 410 }],
    ['a reset', { kind: 'reset' }],
    ['no answer', { kind: 'half-open' }],
    ['an answer without an end', { kind: 'mute' }],
    ['a lost answer', { kind: 'lost-answer' }],
    ['a line cut in the middle', { kind: 'cut-line' }],
  ]

  test.each(faults)('after %s to its lists', async (_, fault) => {
    const setup = await setUp()
    const silent = fault.kind === 'half-open' || fault.kind === 'mute'
    proxy.inject(fault, { path: isConfigMaps, watch: false }, silent ? 1 : 3)
    setup.reflector.start()
    await met(fault, false)
    await disturb(setup)
    await inStep(setup)
    expect(setup.reflector.hasSynced).toBe(true)
  })

  const watchFaults: readonly (readonly [string, Fault])[] = [
    ...faults.filter(([, { kind }]) => kind !== 'lost-answer'),
    ['410 as an event', { kind: 'watch-gone' }],
  ]

  test.each(watchFaults)('after %s to its watches', async (_, fault) => {
    const setup = await setUp()
    setup.reflector.start()
    await inStep(setup)
    await eventually(() => proxy.openWatches === 1, { what: 'the watch is open', everyMs: 20 })
    const heal = proxy.inject(fault, { path: isConfigMaps, watch: true })
    proxy.cutAll()
    await met(fault, true)
    await disturb(setup)
    heal()
    await inStep(setup)
    await write(setup, ['after', '1'])
    await inStep(setup)
  })

  test('after a watch that ends in order, from where it was, without another list', async () => {
    const setup = await setUp()
    setup.reflector.start()
    await inStep(setup)
    await eventually(() => proxy.openWatches === 1, { everyMs: 20 })
    proxy.forget()
    proxy.endWatches()
    await disturb(setup)
    await inStep(setup)
    expect(proxy.requests({ watch: true }).length).toBeGreaterThan(0)
    expect(proxy.requests({ watch: false })).toEqual([])
  })

  test('after its watch was cut off, as it is told of the last change again, without another list', async () => {
    // Slow enough for a busy machine to tell it in time.
    const setup = await setUp(0.5)
    setup.reflector.start()
    await inStep(setup)
    await erase(setup, 'changed')
    await inStep(setup)
    await eventually(() => proxy.openWatches === 1, { everyMs: 20 })
    proxy.forget()
    proxy.cutAll()
    await disturb(setup)
    await inStep(setup)
    expect(proxy.requests({ watch: true }).length).toBeGreaterThan(0)
    expect(proxy.requests({ watch: false })).toEqual([])
  })

  test('after delays, and what it shows never goes back', async () => {
    const setup = await setUp()
    setup.reflector.start()
    await inStep(setup)
    const versions: number[] = []
    setup.store.subscribe(({ key, current }) => {
      if (key.endsWith('/changed')) versions.push(Number(current?.data?.value))
    })
    let release = () => {}
    const until = new Promise<void>(resolve => (release = resolve))
    proxy.inject({ kind: 'hold', until }, { path: isConfigMaps }, 1)
    proxy.cutAll()
    for (const value of ['2', '3', '4']) await write(setup, ['changed', value])
    release()
    await inStep(setup)
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(versions.at(-1)).toBe(4)
  })

  test('and when stopped leaves nothing open', async () => {
    const setup = await setUp()
    for (let life = 0; life < 3; life++) {
      setup.reflector.start()
      await setup.reflector.synced(new AbortController().signal)
      await eventually(() => proxy.openWatches === 1, { everyMs: 20 })
      await setup.reflector.stop()
      await eventually(() => proxy.openWatches === 0, { what: 'the watch is closed', everyMs: 20 })
    }
  })
})

test('a reflector goes on after the API server was restarted, killed and away for a while', async () => {
  const plane = await startControlPlane()
  closing.push(() => plane.stop())
  const setup = reflectorOf('default', plane.kubeconfigPath, { through: plane.kubeconfigPath })
  await write(setup, ['changed', '1'], ['deleted', '1'], ['replaced', '1'])
  setup.reflector.start()
  await inStep(setup)
  await plane.restartApiServer()
  await disturb(setup)
  await inStep(setup)
  await plane.stopApiServer({ graceMs: 0 })
  await eventually(() => setup.reflector.state.kind === 'backing-off', { everyMs: 1 })
  await plane.startApiServer()
  await write(setup, ['after', '1'])
  await inStep(setup)
}, 300_000)
