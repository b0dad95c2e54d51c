import { tenantIndex } from '../../src/api/names.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Secret } from '../../src/api/core-objects.ts'
import { keyOf, type ObjectKey } from '../../src/api/object.ts'
import { SecretLookup } from '../../src/published-secret/lookup.ts'
import type { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { CacheShares } from '../../src/runtime/cache/cache-shares.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { tokenSecret } from '../builders/tenant-observed.ts'

const log = createLogger({ level: 'silent' })
const signal = new AbortController().signal
const tenant: ObjectKey = 'tenants/acme'
const name = 'acme-datalens'

let live: Map<ObjectKey, Secret>
let reads: number
let store: Store<Secret>
let lookup: SecretLookup

const versioned = (resourceVersion: string): Secret => {
  const secret = tokenSecret()
  return { ...secret, metadata: { ...secret.metadata, resourceVersion } }
}

beforeEach(() => {
  live = new Map()
  reads = 0
  store = new Store<Secret>({ name: 'secrets', log })
  store.addIndex('tenant', tenantIndex)
  const get = async (key: ObjectKey): Promise<Secret | undefined> => {
    reads += 1
    return live.get(key)
  }
  lookup = new SecretLookup({
    store,
    client: { get } as Partial<ResourceClient<Secret>> as never,
    index: 'tenant',
  })
})

describe('a name that a write found taken', () => {
  const taken = versioned('5')
  beforeEach(() => {
    live.set(keyOf(taken), taken)
    lookup.noteTaken(tenant, keyOf(taken))
  })

  test('is read until it is free', async () => {
    expect((await lookup.find(tenant, name, signal)).current).toEqual(taken)
    live.clear()
    expect((await lookup.find(tenant, name, signal)).current).toBeUndefined()
    await lookup.find(tenant, name, signal)
    expect(reads).toBe(2)
  })

  test.each<[string, () => unknown]>([
    ['the tenant is gone', () => lookup.forget(tenant)],
    ['the tenant has another by now', () => lookup.noteTaken(tenant, 'tenants/other')],
    ['the Secret was written', () => lookup.write(tenant, keyOf(versioned('6')), async () => versioned('6'))],
  ])('is forgotten when %s', async (_, happens) => {
    await happens()
    await lookup.find(tenant, name, signal)
    expect(reads).toBe(0)
  })
})

test('a Secret for which the cache has no room is read, and one of another namespace is not', async () => {
  const shares = new CacheShares(0)
  store = new Store<Secret>({ name: 'secrets', log, shares })
  store.addIndex('tenant', tenantIndex)
  const secret = versioned('5')
  live.set(keyOf(secret), secret)
  const get = async (key: ObjectKey): Promise<Secret | undefined> => {
    reads += 1
    return live.get(key)
  }
  lookup = new SecretLookup({ store, client: { get } as never, index: 'tenant' })
  await lookup.write(tenant, keyOf(secret), async () => secret)
  expect((await lookup.find(tenant, name, signal)).current).toEqual(secret)
  expect(await lookup.find('elsewhere/acme', name, signal)).toEqual({ current: undefined, former: [] })
  expect(reads).toBe(1)
})

describe('a Secret that a write found changed', () => {
  const cached = versioned('5')
  beforeEach(() => store.noteWrite(cached))

  test('is known as it is now, however late its watch is', async () => {
    live.set(keyOf(cached), versioned('9'))
    await lookup.reread(cached, signal)
    expect((await lookup.find(tenant, name, signal)).current?.metadata.resourceVersion).toBe('9')
  })

  test('is gone when it is', async () => {
    await lookup.reread(cached, signal)
    expect((await lookup.find(tenant, name, signal)).current).toBeUndefined()
  })
})
