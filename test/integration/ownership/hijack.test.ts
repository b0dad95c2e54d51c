/** The hijack matrix on real parts: two operators of two installations, one ClickHouse of two replicas. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SecretHistory } from '../../watchers/secret-history.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { rows } from './rows.ts'
import { playAll, type Staged } from './stage.ts'

const installations = [
  { id: 'mine', namespaces: 'datalens,left,right' },
  { id: 'theirs', namespaces: 'datalens2,far' },
]

/** A tenant of each connection: what starts slowly has then started. */
const warmUp = [
  ['warm', 'left', { name: 'acme', namespace: 'datalens' }],
  ['warmer', 'left', { name: 'twinned', namespace: 'datalens' }],
  ['far-warm', 'far', { name: 'foreign', namespace: 'datalens2' }],
] as const

let world: World
let history: SecretHistory
let operators: readonly RunningOperator[] = []

async function startOperators(): Promise<void> {
  const starting = installations.map(({ id, namespaces }) =>
    world.startOperator({
      args: ['--installation-id', id, '--watch-namespaces', namespaces],
    }),
  )
  operators = await Promise.all(starting)
}

async function restart(): Promise<void> {
  await Promise.all(operators.map(operator => operator.kill('SIGKILL')))
  await startOperators()
}

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  for (const name of ['left', 'right', 'far']) await world.namespace(name)
  const sweep = { sweep: { grace: '0s', limit: 1000 }, inheritFrom: ['former'] }
  await world.connect(sweep)
  await world.connect(sweep, 'datalens2')
  const { endpoints } = world.environment.clickhouse
  await world.apply(
    {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ClickHouseConnection',
      metadata: { name: 'twin', namespace: 'datalens' },
      spec: {
        endpoints,
        credentialsSecretRef: { name: 'clickhouse-operator' },
        reader: { passwordSecretRef: { name: 'default-reader' } },
        syncInterval: '10s',
        dropAfter: '0s',
        ...sweep,
      },
    },
    ...['acme', 'other'].map(name => key(name)),
    key('twinned', { connectionRef: { name: 'twin' } }),
    key('foreign', {}, 'datalens2'),
  )
  history = await SecretHistory.start(world)
  await startOperators()
  for (const [name, where, from] of warmUp) {
    await world.apply(
      world.tenant(name, { database: `own_${name.replace('-', '_')}`, partnerKeyRef: from }, where),
    )
    await world.tenantIs(`${where}/${name}`, 'True', 'Ready', 120_000)
  }
})
afterAll(async () => {
  await history?.close()
  await world?.close()
})

function key(name: string, spec: object = {}, namespace = 'datalens', databases = ['*']): object {
  const tenants = { namespaces: { from: 'All' }, databases, allowDrop: true }
  const made = world.partnerKey(name, { tenants, ...spec }) as { metadata: object }
  return { ...made, metadata: { ...made.metadata, namespace } }
}

describe.each([
  { when: 'after each act has had its effect', prefix: 'calm', interrupt: false },
  { when: 'in the middle of each act', prefix: 'hot', interrupt: true },
])('who gets a database, with the operators killed $when', ({ prefix, interrupt }) => {
  let staged: readonly Staged[] = []

  beforeAll(async () => {
    await world.apply(key('picky', {}, 'datalens', ['nothing']))
    staged = await playAll(world, rows, { prefix, interrupt, restart, deadlineMs: 30_000 })
  })

  test.each(rows.map((row, index) => [row.title, index] as const))('%s', (_title, index) => {
    expect(staged[index]?.failures).toEqual([])
  })

  test('at no moment did a Secret hold a token for a database that was not its tenant’s', async () => {
    expect((await history.tokens()).length).toBeGreaterThan(rows.length / 2)
    expect(await history.violations()).toEqual([])
  })
})
