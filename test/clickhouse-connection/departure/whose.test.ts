import { describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import { keyOf } from '../../../src/api/object.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import { takeInventory } from '../../../src/clickhouse-connection/departure/found/inventory.ts'
import { Departures } from '../../../src/clickhouse-connection/departure/memory.ts'
import { findUnclear } from '../../../src/clickhouse-connection/departure/unclear.ts'
import { whoseIn } from '../../../src/clickhouse-connection/departure/whose.ts'
import type { Mark } from '../../../src/tenancy/mark.ts'
import {
  aConnection,
  answering,
  aSight,
  down,
  installation,
  inventoryInput,
  judged,
  mark,
  urls,
  words,
} from '../../builders/connection-observed.ts'
import { planConnection } from '../../../src/clickhouse-connection/plan.ts'

const never = new AbortController().signal
const alias = 'http://alias.example.com:8123'
const self = aConnection()
const ours = { connection: keyOf(self) }
const twin: ClickHouseConnection = {
  ...self,
  metadata: { ...self.metadata, name: 'twin', uid: 'twin' },
  spec: { ...self.spec, endpoints: [alias] },
}
const theirs = { connection: keyOf(twin) }
const server = 'aaaaaaaa-0000-4000-8000-000000000000'
const gone = { 'tenants/other': 'client_2' }
const left = {
  tenant: { namespace: 'tenants', name: 'acme', database: 'client_1' },
  onDelete: 'Drop',
} as const

interface Situation {
  /** What the marks on our endpoints say of the connection; `down` is an endpoint that does not answer. */
  readonly marks: readonly (Partial<Mark> | 'down')[]
  /** What the other connection sees; undefined: there is no other. */
  readonly other?: readonly EndpointView[]
  /** What the watch told of the tenant's connection when it left. */
  readonly noted?: string
  /** No connection was there before this one. */
  readonly first?: boolean
  /** The other was there before. */
  readonly otherFirst?: boolean
}

function look({ marks, other, noted, first = false, otherFirst = false }: Situation) {
  const endpoints = marks.map((over, at) => {
    const url = urls[at] ?? ''
    if (over === 'down') return down(url)
    const comment = mark({ onDelete: left.onDelete, ...over })
    const seen = answering(url, { databases: { client_1: comment }, grants: ['client_1'] })
    return { ...seen, servers: { server, others: [] } }
  })
  const departures = new Departures()
  if (noted !== undefined) departures.note(left.tenant, 0, noted)
  const status = {
    observedGeneration: 1,
    endpoints: [],
    firstOn: otherFirst ? [server] : [],
  }
  const all = other === undefined ? [self] : [self, { ...twin, status }]
  const connections = {
    size: all.length,
    list: () => all,
    has: (key: string) => all.map(keyOf).includes(key),
  }
  const latest = () => ({ takenAt: 0, endpoints: other ?? [] })
  const fleet = { get: (key: string) => (key === keyOf(twin) ? ({ latest } as never) : undefined) }
  const firstOn = new Set(first ? [server] : [])
  const asking = { connection: self, installation, endpoints, firstOn, departures }
  const whose = whoseIn(asking, { connections, fleet })
  const input = { ...inventoryInput(self, endpoints, gone), whose }
  const inventory = takeInventory(input)
  return { endpoints, inventory }
}

const shared = [answering(alias, { databases: { client_1: '' } })]
const another = [answering(alias, { databases: { client_9: '' } })]

test.each<readonly [string, Situation, string]>([
  ['the only connection', { marks: [{}, {}], first: true }, 'ours 12'],
  ['the only one that is left, and came later', { marks: [{}, {}] }, 'unclear'],
  ['… and the watch told of it', { marks: [{}, {}], noted: keyOf(self) }, 'ours 12'],
  ['… and the watch told of who left', { marks: [{}, {}], noted: keyOf(twin) }, 'unclear'],
  ['the mark names it', { marks: [ours, ours], other: shared }, 'ours 12'],
  ['the mark names another', { marks: [theirs, theirs], other: shared }, 'theirs'],
  [
    'the mark names another that does not answer',
    { marks: [theirs, theirs], other: [down(alias)] },
    'theirs',
  ],
  ['an older mark, another leads there', { marks: [{}, {}], other: shared }, 'unclear'],
  ['an older mark, another leads elsewhere', { marks: [{}, {}], other: another }, 'unclear'],
  ['an older mark, another was not looked at', { marks: [{}, {}], other: [] }, 'unclear'],
  [
    'an older mark, another leads there, and came later',
    { marks: [{}, {}], other: shared, first: true },
    'ours 12',
  ],
  [
    'an older mark, another leads there, and came earlier',
    {
      marks: [{}, {}],
      other: shared.map(view => ({ ...view, servers: { server, others: [] } })),
      otherFirst: true,
    },
    'theirs',
  ],
  ['an older mark, the watch told of it', { marks: [{}, {}], other: shared, noted: keyOf(self) }, 'ours 12'],
  [
    'an older mark, the watch told of another',
    { marks: [{}, {}], other: shared, noted: keyOf(twin) },
    'theirs',
  ],
  ['an older mark on one replica', { marks: [ours, {}], other: shared }, 'ours 12'],
  ['an older mark on one replica, another on the other', { marks: [theirs, {}], other: shared }, 'theirs'],
  ['an older mark on the only replica that answers', { marks: ['down', {}], other: shared }, 'unclear'],
  ['marks that differ', { marks: [ours, theirs], other: shared }, 'ours 1'],
  ['a connection that is not there any more', { marks: [theirs, theirs] }, 'unclear'],
])('a departure: %s', (_name, situation, expected) => {
  const { departed, unclear } = look(situation).inventory
  const [first] = departed
  const on = urls.map((url, at) => (first?.on.has(url) === true ? at + 1 : '')).join('')
  expect(first === undefined ? (unclear.length > 0 ? 'unclear' : 'theirs') : `ours ${on}`).toBe(expected)
})

test('another connection’s retired database is not emptied, and its share of all is not ours', () => {
  const retired = { state: 'retired', retiredAt: 0 } as const
  const seen = look({ marks: [{ ...theirs, ...retired }], other: shared }).inventory
  expect(seen).toMatchObject({
    retired: [],
    unclear: [],
    own: 0,
    databases: 1,
    orphanDatabases: 0,
    orphanGrants: 0,
  })
  expect(look({ marks: [{ ...ours, ...retired }], other: shared }).inventory.retired).toHaveLength(1)
})

test('what is retired is marked with the connection that retired it', () => {
  const { endpoints, inventory } = look({ marks: [ours, theirs], other: shared })
  const seen = aSight({ endpoints, tenants: gone })
  const departed = inventory.departed.map(each => ({ ...each, since: 0, noted: true, letGo: false }))
  const plan = planConnection({ ...seen, inventory, departed })
  expect(words(plan)).toEqual(['revokeRead client_1@1', 'retireDatabase client_1@1'])
  const steps = plan.departures.tasks.flatMap(task => task.steps)
  expect(steps.map(step => (step.kind === 'retireDatabase' ? step.mark : ''))).toContainEqual(
    expect.stringContaining(` connection=${keyOf(self)} tenant=`),
  )
})

describe('what cannot be told apart', () => {
  const message = async (over: Partial<Mark>, tables: readonly string[]): Promise<string> => {
    const { endpoints, inventory } = look({ marks: [over, over], other: shared })
    let asked = 0
    const server = {
      tables: () => Promise.resolve(((asked += 1), tables).map(name => ({ name, engine: '', bytes: 0 }))),
    }
    const remains = new Map<string, boolean>()
    await findUnclear(server, inventory, { remains }, never)
    const unclear = await findUnclear(server, inventory, { remains }, never)
    expect(asked).toBe(over.state === 'retired' ? 2 : 0)
    return judged({ ...aSight({ endpoints, tenants: gone }), inventory, departed: [], unclear }).message(
      'Ready',
    )
  }
  const retired = { state: 'retired', retiredAt: 0 } as const

  test('is left, and told', async () => {
    expect(await message({}, [])).toContain('Nothing says whose these databases of departed tenants are')
    expect(await message({}, [])).toContain('`client_1`')
  })

  test('is told of a retired database only while something is in it, which is asked once', async () => {
    expect(await message(retired, ['orders'])).toContain('`client_1`')
    expect(await message(retired, [])).not.toContain('client_1')
  })
})
