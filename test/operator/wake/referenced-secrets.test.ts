import { expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import { keyOf } from '../../../src/api/object.ts'
import { ReferencedSecrets, type References } from '../../../src/operator/wake/referenced-secrets.ts'
import type { ResourceClient, Selection } from '../../../src/kube/objects/resource-client.ts'
import { CacheShares } from '../../../src/runtime/cache/cache-shares.ts'
import { noMetrics } from '../../../src/runtime/metrics.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const log = createLogger({ level: 'silent' })

/** Every list finds what there is of that name, and a watch only waits. */
function clusterWith(secrets: readonly Secret[]): {
  readonly client: ResourceClient<Secret>
  readonly asked: string[]
} {
  const asked: string[] = []
  const listWatch = ({ namespace, fieldSelector }: Selection) => ({
    list: () => {
      asked.push(`${namespace} ${fieldSelector}`)
      const isMeant = ({ metadata }: Secret): boolean =>
        metadata.namespace === namespace && fieldSelector === `metadata.name=${metadata.name}`
      return Promise.resolve({ items: secrets.filter(isMeant), resourceVersion: '1' })
    },
    watch: (_: unknown, signal: AbortSignal) => ({
      [Symbol.asyncIterator]: () => ({ next: () => ended(signal) }),
    }),
  })
  return { client: { listWatch } as unknown as ResourceClient<Secret>, asked }
}

function onEmptyCluster(limit: number) {
  return onCluster([], { limit })
}

function onCluster(
  held: readonly Secret[],
  options: { readonly limit?: number; readonly shares?: CacheShares },
) {
  const { client, asked } = clusterWith(held)
  const clock = new VirtualClock()
  const random = (): number => 0.5
  const secrets = new ReferencedSecrets({ client, clock, random, log, metrics: noMetrics, ...options })
  return { secrets, clock, asked }
}

function ended(signal: AbortSignal): Promise<IteratorReturnResult<undefined>> {
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true })
  })
}

test('a Secret for which there was no watch left is read once there is one', async () => {
  const { secrets, clock, asked } = onEmptyCluster(1)
  const told = Promise.withResolvers<void>()
  const references = secrets.open(owner => {
    if (owner === 'datalens/second') told.resolve()
  })
  references.refer('datalens/first', ['datalens/a'])
  references.refer('datalens/second', ['datalens/b'])
  expect(secrets.get('datalens/b')).toBe('overLimit')
  references.refer('datalens/first', [])
  await clock.advance(1_000)
  await told.promise
  expect(secrets.get('datalens/b')).toBeUndefined()
  expect(asked).toContain('datalens metadata.name=b')
  await secrets.close()
})

test('a namespace that refers to very many takes none from another, and is told', async () => {
  const { secrets } = onEmptyCluster(6)
  const told = new Set<string>()
  const references = secrets.open(owner => told.add(owner))
  const many = Array.from({ length: 50 }, (_, at) => `greedy/${at}`)
  for (const key of many) references.refer(key, [key])
  const lacking = (): string[] => many.filter(key => secrets.get(key) === 'overLimit')
  expect(lacking()).toEqual(many.slice(6))
  for (const at of [0, 1, 2]) references.refer(`modest/${at}`, [`modest/${at}`])
  expect([0, 1, 2].map(at => secrets.get(`modest/${at}`))).toEqual(['unknown', 'unknown', 'unknown'])
  expect(lacking()).toEqual(many.slice(3))
  expect([...told]).toEqual(expect.arrayContaining(lacking()))
  // Neither does it take one back.
  references.refer('greedy/late', ['greedy/late'])
  expect(secrets.get('greedy/late')).toBe('overLimit')
  references.refer('modest/0', [])
  expect(lacking()).toEqual(many.slice(4))
  for (const key of many) references.refer(key, [])
  expect(secrets.get('greedy/late')).toBe('unknown')
  expect(secrets.get('greedy/49')).toBe('unknown')
  await secrets.close()
})

test('very large Secrets of one namespace are kept as far as there is room, and take none from another', async () => {
  const large = (namespace: string, name: string): Secret => ({
    metadata: { name, namespace, uid: name, resourceVersion: '1' },
    data: { username: 'b3A=', 'ca.crt': 'x'.repeat(400_000), pad: 'x'.repeat(900_000) },
  })
  const names = Array.from({ length: 20 }, (_, at) => `s${at}`)
  const held = [...names.map(name => large('greedy', name)), large('modest', 'only')]
  const { secrets, clock } = onCluster(held, { shares: new CacheShares(4_000_000) })
  const references = secrets.open(() => {})
  for (const { metadata } of held) references.refer(`o/${metadata.name}`, [keyOf({ metadata })])
  await clock.advance(1_000)
  const read = names.map(name => secrets.get(`greedy/${name}`))
  expect(read.filter(secret => secret === 'overLimit')).toHaveLength(12)
  const only = secrets.get('modest/only')
  expect(only).toMatchObject({ trimmed: true, data: { username: 'b3A=' } })
  expect(Object.keys((only as Secret).data ?? {})).toEqual(['username', 'ca.crt'])
  await secrets.close()
})

test.each<[string, (secrets: ReferencedSecrets, references: References) => unknown]>([
  ['no longer referred to', (_, references) => references.refer('greedy/owner', [])],
  ['that gave up its watch', (_, references) => references.refer('o/modest', ['modest/only'])],
  ['at the end', secrets => secrets.close()],
])('a Secret %s takes no room from others', async (_, happens) => {
  const secret = (name: string): Secret => ({
    metadata: { name, namespace: 'greedy', uid: name, resourceVersion: '1' },
    data: { password: 'x'.repeat(1_000) },
  })
  const shares = new CacheShares(4_000)
  const { secrets, clock } = onCluster([secret('a'), secret('b')], { shares, limit: 2 })
  const references = secrets.open(() => {})
  references.refer('greedy/owner', ['greedy/a', 'greedy/b'])
  await clock.advance(1_000)
  expect(shares.isRoomy).toBe(false)
  await happens(secrets, references)
  expect(shares.isRoomy).toBe(true)
  await secrets.close()
})
