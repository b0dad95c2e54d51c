import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigMap, Secret } from '../../src/api/core-objects.ts'
import { annotations } from '../../src/api/labels.ts'
import { splitKey, type KubeObject } from '../../src/api/object.ts'
import { systemClock } from '../../src/core/clock.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { KubeError } from '../../src/kube/errors.ts'
import { EventRecorder } from '../../src/kube/objects/events.ts'
import { KubeLeasePort } from '../../src/kube/objects/lease-port.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets } from '../../src/kube/objects/resources.ts'
import { Transport } from '../../src/kube/call/transport.ts'
import type { ElectionAnswer } from '../../src/runtime/leadership/election.ts'
import type { Lease } from '../../src/runtime/leadership/lease.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { adminKubeconfig, eventually, kubectl, list, remove, uniqueNamespace } from '../cluster/cluster.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'

const signal = new AbortController().signal
let proxy: FaultProxy
let transport: Transport
let client: ResourceClient<ConfigMap>

beforeAll(async () => {
  proxy = await FaultProxy.start(adminKubeconfig())
  const access = accessSource({ kubeconfig: proxy.kubeconfigPath, env: {} })
  transport = new Transport({ access, clock: systemClock, random: Math.random })
  client = new ResourceClient(transport, configMaps)
})
afterAll(async () => {
  await transport.close()
  await proxy.close()
})

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (error instanceof KubeError) return error
  throw error
}

describe('an object', () => {
  test('is created, read, replaced, patched and deleted', async () => {
    const namespace = await uniqueNamespace('client')
    const key = `${namespace}/a`
    const made = await client.create({ metadata: { namespace, name: 'a' }, data: { x: '1', y: '1' } }, signal)
    expect(await client.get(key, signal)).toEqual(made)
    const replaced = await client.replace({ ...made, data: { x: '2', y: '1' } }, signal)
    expect(replaced.data).toEqual({ x: '2', y: '1' })
    const patched = await client.mergePatch(key, { data: { x: null, z: '3' } }, signal)
    expect(patched.data).toEqual({ y: '1', z: '3' })
    expect((await failureOf(client.replace(made, signal))).code).toBe('conflict')
    const again = { metadata: { namespace, name: 'a' } }
    expect((await failureOf(client.create(again, signal))).code).toBe('alreadyExists')
    expect(await client.delete(key, {}, signal)).toBe(true)
    expect(await client.delete(key, {}, signal)).toBe(false)
    expect(await client.get(key, signal)).toBeUndefined()
  })

  test('is not deleted or patched in place of another of its name or an older version', async () => {
    const namespace = await uniqueNamespace('client')
    const key = `${namespace}/a`
    const first = await client.create({ metadata: { namespace, name: 'a' } }, signal)
    await client.delete(key, {}, signal)
    const second = await client.create({ metadata: { namespace, name: 'a' } }, signal)
    const uid = first.metadata.uid ?? ''
    expect((await failureOf(client.delete(key, { uid }, signal))).code).toBe('conflict')
    const resourceVersion = second.metadata.resourceVersion ?? ''
    const patched = await client.mergePatch(key, { metadata: { resourceVersion }, data: { x: '1' } }, signal)
    const stale = { metadata: { resourceVersion }, data: { x: '2' } }
    expect((await failureOf(client.mergePatch(key, stale, signal))).code).toBe('conflict')
    expect((await failureOf(client.delete(key, { resourceVersion }, signal))).code).toBe('conflict')
    expect((await failureOf(client.mergePatch(key, { metadata: { uid } }, signal))).code).toMatch(
      /conflict|invalid/,
    )
    expect(await client.get(key, signal)).toEqual(patched)
  })

  test('applied with the uid just read is neither created nor taken from somebody who made another', async () => {
    const namespace = await uniqueNamespace('client')
    const key = `${namespace}/a`
    const first = await client.create({ metadata: { namespace, name: 'a' }, data: { x: '1' } }, signal)
    const metadata = {
      namespace,
      name: 'a',
      uid: first.metadata.uid ?? '',
      resourceVersion: first.metadata.resourceVersion ?? '',
    }
    const applied = await client.apply({ metadata, data: { x: '2' } }, {}, signal)
    expect(applied.data).toEqual({ x: '2' })
    await client.delete(key, {}, signal)
    expect((await failureOf(client.apply({ metadata, data: { x: '3' } }, {}, signal))).code).toMatch(
      /conflict|notFound/,
    )
    expect(await client.get(key, signal)).toBeUndefined()
    await client.create({ metadata: { namespace, name: 'a' }, data: { x: 'other' } }, signal)
    expect((await failureOf(client.apply({ metadata, data: { x: '3' } }, {}, signal))).code).toBe('conflict')
    expect((await client.get(key, signal))?.data).toEqual({ x: 'other' })
  })

  test('applied keeps fields of others, and drops those it applied before', async () => {
    const namespace = await uniqueNamespace('client')
    const metadata = { namespace, name: 'a' }
    await client.apply({ metadata, data: { ours: '1', dropped: '1' } }, {}, signal)
    await client.apply({ metadata, data: { theirs: '1' } }, { fieldManager: 'other' }, signal)
    const last = await client.apply({ metadata, data: { ours: '2' } }, {}, signal)
    expect(last.data).toEqual({ ours: '2', theirs: '1' })
  })

  test('applied keeps what this very manager made by create and no longer names', async () => {
    const namespace = await uniqueNamespace('client')
    const metadata = { namespace, name: 'a' }
    await client.create({ metadata, data: { kept: '1', set: '1' } }, signal)
    const applied = await client.apply({ metadata, data: { set: '2' } }, {}, signal)
    expect(applied.data).toEqual({ kept: '1', set: '2' })
  })

  test('that breaks a rule is refused with the server’s words and no values of a Secret', async () => {
    const namespace = await uniqueNamespace('client')
    const vault = new ResourceClient<Secret>(transport, secrets)
    const metadata = { namespace, name: 'a' }
    const value = Buffer.from('top secret').toString('base64')
    await vault.create({ metadata, immutable: true, data: { value: '' } }, signal)
    const error = await failureOf(vault.mergePatch(`${namespace}/a`, { data: { value } }, signal))
    expect(error).toMatchObject({ code: 'invalid', status: 422, details: { name: 'a' } })
    expect(error.message).toContain('immutable')
    expect(error.message).not.toMatch(/top secret|dG9w/)
  })
})

describe('what is missing', () => {
  test('a type is not an object', async () => {
    const gadgets = { apiVersion: 'lenskeeper.test/v1', kind: 'Gadget', plural: 'gadgets', namespaced: true }
    const missing = new ResourceClient<KubeObject>(transport, gadgets)
    expect((await failureOf(missing.get('default/a', signal))).code).toBe('notFound')
    expect((await failureOf(missing.delete('default/a', {}, signal))).code).toBe('notFound')
    expect((await failureOf(missing.list({}, signal))).code).toBe('notFound')
  })

  test('a namespace is not an object', async () => {
    const metadata = { namespace: 'no-such', name: 'no-such' }
    const error = await failureOf(client.create({ metadata }, signal))
    expect(error).toMatchObject({ code: 'notFound', details: { name: 'no-such', kind: 'namespaces' } })
    expect(await client.get('no-such/a', signal)).toBeUndefined()
    expect(await new ResourceClient(transport, namespaces).get('/no-such', signal)).toBeUndefined()
  })
})

test('lists come in pages, complete, and with their type', async () => {
  const namespace = await uniqueNamespace('client')
  const names = Array.from({ length: 7 }, (_, index) => `map-${index}`)
  await Promise.all(names.map(name => client.create({ metadata: { namespace, name } }, signal)))
  const source = client.listWatch({ namespace })
  const first = await source.list({ limit: 5 }, signal)
  const rest = await source.list({ limit: 5, continueToken: first.continueToken ?? '' }, signal)
  expect(first.items).toHaveLength(5)
  expect(rest.continueToken).toBeUndefined()
  const all = [...first.items, ...rest.items]
  expect(all.map(({ metadata }) => metadata.name)).toEqual(names)
  expect(new Set(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))).toEqual(
    new Set(['v1 ConfigMap']),
  )
  expect(await client.list({ namespace }, signal)).toHaveLength(7)
  const one = await client.list({ namespace, fieldSelector: 'metadata.name=map-3' }, signal)
  expect(one.map(({ metadata }) => metadata.name)).toEqual(['map-3'])
})

describe('a write', () => {
  test('whose answer was lost is uncertain, was done, and is not sent again', async () => {
    const namespace = await uniqueNamespace('client')
    proxy.forget()
    proxy.inject({ kind: 'lost-answer' }, { method: 'POST' }, 1)
    const error = await failureOf(client.create({ metadata: { namespace, name: 'a' } }, signal))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, uncertain: true })
    expect(proxy.writes()).toEqual([`POST /api/v1/namespaces/${namespace}/configmaps`])
    expect(await client.get(`${namespace}/a`, signal)).toMatchObject({ metadata: { name: 'a' } })
  })

  test('refused for being too many is sent again, and done once', async () => {
    const namespace = await uniqueNamespace('client')
    proxy.forget()
    proxy.inject({ kind: 'status', status: 429, retryAfterSeconds: 0 }, { method: 'POST' }, 2)
    await client.create({ metadata: { namespace, name: 'a' } }, signal)
    expect(proxy.writes()).toHaveLength(3)
  })

  test('survives a login that expired', async () => {
    const namespace = await uniqueNamespace('client')
    proxy.inject({ kind: 'status', status: 401 }, { method: 'POST' }, 1)
    await client.create({ metadata: { namespace, name: 'a' } }, signal)
  })
})

test('events are written once and count, at most 1024 bytes long, and a failing one disturbs nobody', async () => {
  const namespace = await uniqueNamespace('client')
  const regarding = await client.create({ metadata: { namespace, name: 'a' } }, signal)
  const log = createLogger({ level: 'silent' })
  const recorder = new EventRecorder({
    transport,
    clock: systemClock,
    random: Math.random,
    log,
    instance: 'test',
  })
  const event = { regarding, type: 'Warning', reason: 'Tested', action: 'Test' } as const
  recorder.publish({ ...event, note: 'first' })
  recorder.publish({ ...event, note: 'first' })
  recorder.publish({ ...event, action: '', reason: 'Refused', note: 'the API server wants an action' })
  recorder.publish({ ...event, reason: 'Long', note: 'ü'.repeat(2000) })
  await recorder.flush()
  const found = await eventually(async () => {
    const events = await list<EventLike>({ kind: 'events.events.k8s.io', namespace })
    return events.length >= 2 ? events : undefined
  })
  expect(found.find(({ reason }) => reason === 'Tested')?.series).toMatchObject({ count: 2 })
  expect(found.map(({ reason, type }) => `${type} ${reason}`).sort()).toEqual([
    'Warning Long',
    'Warning Tested',
  ])
  expect(found.find(({ reason }) => reason === 'Long')?.note).toMatch(/^ü{510}…$/)
  expect(found[0]?.regarding).toMatchObject({ kind: 'ConfigMap', name: 'a', uid: regarding.metadata.uid })
  await recorder.close()
})

describe('the Lease of an election', () => {
  const record = {
    holder: 'one',
    seconds: 15,
    acquiredAt: '2026-03-01T12:00:00.250000Z',
    renewedAt: '2026-03-01T12:00:00.250000Z',
    transitions: 0,
    releasedAt: undefined,
  }

  test('is made once, and written over by who has seen it last, with what others have put there', async () => {
    const name = `${await uniqueNamespace('lease')}/lenskeeper`
    const [one, other] = [new KubeLeasePort(transport, name), new KubeLeasePort(transport, name)]
    expect(await one.read(signal)).toEqual({ kind: 'missing' })
    const made = leaseOf(await one.create(record, signal))
    expect(made.record).toEqual(record)
    expect(await other.create(record, signal)).toEqual({ kind: 'refused' })
    const seen = leaseOf(await other.read(signal))
    expect(seen).toEqual(made)
    await kubectl(['annotate', 'lease', 'lenskeeper', '-n', splitKey(name).namespace, 'note=mine'])
    expect(await one.replace(made, record, signal)).toEqual({ kind: 'refused' })
    const given = { ...record, holder: '', seconds: 1, releasedAt: 0 }
    const released = leaseOf(await one.replace(leaseOf(await one.read(signal)), given, signal))
    expect(released.record).toEqual(given)
    expect(one.object).toMatchObject({ kind: 'Lease', metadata: { annotations: { note: 'mine' } } })
    const taken = leaseOf(await one.replace(released, { ...record, transitions: 1 }, signal))
    expect(taken.record).toEqual({ ...record, transitions: 1 })
  })

  test('is not written over when it was deleted; a missing namespace is a failure', async () => {
    const name = `${await uniqueNamespace('lease')}/lenskeeper`
    const port = new KubeLeasePort(transport, name)
    const made = leaseOf(await port.create(record, signal))
    await remove({ kind: 'lease', ...splitKey(name) })
    expect(await port.replace(made, record, signal)).toEqual({ kind: 'refused' })
    expect(await port.read(signal)).toEqual({ kind: 'missing' })
    const nowhere = new KubeLeasePort(transport, 'no-such-namespace/lenskeeper')
    expect((await failureOf(nowhere.create(record, signal))).code).toBe('notFound')
  })

  test('may say nothing at all', async () => {
    const name = `${await uniqueNamespace('lease')}/lenskeeper`
    const { namespace } = splitKey(name)
    await kubectl(['create', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'lenskeeper', namespace, annotations: { [annotations.released]: 'x' } },
      }),
    })
    const { record: read } = leaseOf(await new KubeLeasePort(transport, name).read(signal))
    expect(read).toEqual({ holder: '', transitions: 0 })
  })
})

function leaseOf(answer: ElectionAnswer): Lease {
  if ('lease' in answer) return answer.lease
  throw new Error(`the answer is ${answer.kind}`)
}

interface EventLike {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string }
  readonly type: string
  readonly reason: string
  readonly note: string
  readonly regarding: object
  readonly series?: { readonly count: number }
}
