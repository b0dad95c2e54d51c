import { beforeEach, describe, expect, test } from 'vitest'
import type { Secret } from '../../src/api/core-objects.ts'
import { labels } from '../../src/api/labels.ts'
import { tenantIndex } from '../../src/api/names.ts'
import { keyOf, type ObjectKey } from '../../src/api/object.ts'
import { KubeError } from '../../src/kube/errors.ts'
import type { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { SecretLookup } from '../../src/published-secret/lookup.ts'
import { deleteSecret, writeSecret } from '../../src/published-secret/publish.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { StaleView } from '../../src/runtime/stale-view.ts'
import { recordedLog } from '../runtime/recorded-log.ts'

const forever = new AbortController().signal
const owner: ObjectKey = 'tenants/acme'

/** What the server has, with its rules for writes. */
class Server implements Pick<ResourceClient<Secret>, 'get' | 'create' | 'replace' | 'delete'> {
  readonly secrets = new Map<ObjectKey, Secret>()
  readonly calls: string[] = []
  #version = 10

  async get(key: ObjectKey): Promise<Secret | undefined> {
    this.calls.push('get')
    return this.secrets.get(key)
  }

  async create(secret: Secret): Promise<Secret> {
    this.calls.push('create')
    if (this.secrets.has(keyOf(secret))) throw new KubeError('alreadyExists', 'it is there')
    return this.put({ ...secret, metadata: { ...secret.metadata, uid: `uid-${this.#version}` } })
  }

  async replace(secret: Secret): Promise<Secret> {
    this.calls.push('replace')
    this.#expect(secret)
    return this.put(secret)
  }

  async delete(
    key: ObjectKey,
    { uid, resourceVersion = '' }: { readonly uid: string; readonly resourceVersion?: string },
  ): Promise<boolean> {
    this.calls.push('delete')
    const metadata = { name: key.split('/')[1] ?? '', namespace: 'tenants', uid, resourceVersion }
    this.#expect({ metadata })
    return this.secrets.delete(key)
  }

  put(secret: Secret): Secret {
    const resourceVersion = String(this.#version++)
    const written = { ...secret, metadata: { ...secret.metadata, resourceVersion } }
    this.secrets.set(keyOf(secret), written)
    return written
  }

  #expect({ metadata }: Secret): void {
    const there = this.secrets.get(`${metadata.namespace ?? ''}/${metadata.name}`)
    if (there === undefined) throw new KubeError('notFound', 'it is gone')
    if (there.metadata.resourceVersion !== metadata.resourceVersion)
      throw new KubeError('conflict', 'it has changed')
  }
}

const named = (name: string, data: Record<string, string> = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'tenants', labels: { [labels.tenant]: 'acme' } },
  data,
})

let server: Server
let lookup: SecretLookup
let write: (wanted: Secret, over?: Secret) => Promise<void>
const found = async (name = 'x') => (await lookup.find(owner, name, forever)).current

beforeEach(() => {
  server = new Server()
  const store = new Store<Secret>({ name: 'secrets', log: recordedLog().log })
  store.addIndex('tenant', tenantIndex)
  const secrets = server as Partial<ResourceClient<Secret>> as ResourceClient<Secret>
  lookup = new SecretLookup({ store, client: secrets, index: 'tenant' })
  write = (wanted, over) => writeSecret(wanted, { owner, over, secrets, secretLookup: lookup }, forever)
})

describe('a published Secret', () => {
  test('is made, and known from then on without a read', async () => {
    await write(named('x', { a: '1' }))
    expect((await found())?.data).toEqual({ a: '1' })
    expect(server.calls).toEqual(['create'])
  })

  test('is not written over one that somebody made in between: that one is read next', async () => {
    server.put(named('x', { theirs: '1' }))
    await expect(write(named('x'))).rejects.toThrow(StaleView)
    expect((await found())?.data).toEqual({ theirs: '1' })
  })

  test('is not written over another version than was looked at: the new one is known next', async () => {
    const before = server.put(named('x'))
    server.put({ ...before, data: { theirs: '1' } })
    await expect(write({ ...before, data: { ours: '1' } }, before)).rejects.toThrow(StaleView)
    expect((await found())?.data).toEqual({ theirs: '1' })
    expect(server.secrets.get('tenants/x')?.data).toEqual({ theirs: '1' })
  })

  test('is made anew where somebody made it immutable', async () => {
    const before = server.put({ ...named('x'), immutable: true })
    const stuck = { ...before, metadata: { ...before.metadata, uid: 'uid-old' } }
    await write({ ...named('x', { ours: '1' }), metadata: stuck.metadata }, stuck)
    expect(server.calls).toEqual(['delete', 'create'])
    expect((await found())?.data).toEqual({ ours: '1' })
    expect((await found())?.metadata.uid).not.toBe('uid-old')
  })

  test('is deleted only as it was looked at', async () => {
    const before = server.put(named('x'))
    const known = { ...before, metadata: { ...before.metadata, uid: 'uid-1' } }
    server.put(before)
    const access = { secrets: server as Partial<ResourceClient<Secret>> as ResourceClient<Secret> }
    const remove = (secret: Secret) => deleteSecret(secret, { ...access, secretLookup: lookup }, forever)
    await expect(remove(known)).rejects.toThrow(StaleView)
    expect(server.secrets.size).toBe(1)
    await expect(remove(named('x'))).rejects.toThrow('never read')
  })
})
