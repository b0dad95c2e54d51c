import { expect, test } from 'vitest'
import { standingOf } from '../../../src/clickhouse/sharing/first.ts'
import { connection, other, s, t, u, url, view, type Other } from './connections.ts'

const mine = { client_1: 'ours' }
/** Another one that sees what this one sees. */
const twin = (server: string, more: Partial<Other> = {}): Other => ({
  kept: { databases: 1, server },
  sees: mine,
  says: server,
  ...more,
})
/** One that only says so. */
const liar = (server: string, ...firstOn: readonly string[]): Other => ({
  ...twin(server, { firstOn }),
  sees: {},
})
/** One that is away, and was there. */
const away = (server: string, more: Partial<Other> = {}): Other => ({
  kept: { databases: 1, server },
  ...more,
})

interface Look {
  readonly first?: readonly string[]
  readonly later?: readonly string[]
  readonly says?: string
  /** Who answered there before. */
  readonly former?: readonly string[]
  readonly sees?: 'nothing' | 'noMarks'
  readonly others?: readonly Other[]
}

const many = Array.from(
  { length: 32 },
  (_, at) => `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`,
)
const onS: Look = { first: [s], says: s }
/** First on s, until t came in its place, or its name led to t. */
const onT: Look = { first: [s], says: t, former: [s] }
const names = new Map([s, t, u].map((server, at) => [server, 'stu'.charAt(at)]))

test.each<readonly [string, Look, string]>([
  ['alone', { says: s }, 'first s, later '],
  ['alone, and not seen yet', { sees: 'nothing' }, 'first , later '],
  ['beside one that leads elsewhere', { says: s, others: [twin(t, { firstOn: [t] })] }, 'first s, later '],
  ['beside one that nobody has looked at', { says: s, others: [{ isNew: true }] }, 'first , later '],
  ['beside one that never answers', { says: s, others: [{ kept: {} }] }, 'first s, later '],
  ['… at its address', { says: s, others: [{ at: url, kept: {} }] }, 'first s, later '],
  ['beside one without an account', { says: s, others: [{}] }, 'first s, later '],
  [
    'beside one that an earlier release saw',
    { says: s, others: [{ kept: { databases: 1 } }] },
    'first , later ',
  ],
  ['after another', { says: s, others: [twin(s, { firstOn: [s] })] }, 'first , later s'],
  [
    'after another that was not first either',
    { says: s, others: [away(t, { laterOn: [s] })] },
    'first , later s',
  ],
  ['after another that is away', { says: s, others: [away(s)] }, 'first , later s'],
  [
    'after another that was there',
    { says: s, others: [away(t, { kept: { otherServers: [s], server: t } })] },
    'first , later s',
  ],
  [
    'after another that was first, and is elsewhere',
    { says: s, others: [twin(t, { firstOn: [s, t] })] },
    'first , later s',
  ],
  [
    'while another comes',
    { says: s, others: [{ kept: { otherServers: [t], newServer: s } }] },
    'first , later s',
  ],
  ['after another that only says so', { says: s, others: [liar(s)] }, 'first , later s'],
  [
    'after another, beside one that nobody has looked at',
    { says: s, others: [away(s), { isNew: true }] },
    'first , later s',
  ],
  ['later, and the other one left', { later: [s], says: s }, 'first , later s'],
  ['… and was made anew', { later: [s], says: s, others: [{ isNew: true }] }, 'first , later s'],
  ['later, and it comes to a server of its own', { later: [s], says: t }, 'first t, later s'],
  ['later, and the server was replaced', { later: [s], says: t, former: [s] }, 'first , later st'],
  ['later on as many as a status holds', { later: many, says: s }, 'first , later 32'],
  ['first, and alone', onS, 'first s, later '],
  ['first, and away', { ...onS, sees: 'nothing' }, 'first s, later '],
  ['first, and then came another', { ...onS, others: [twin(s)] }, 'first s, later '],
  ['first, and another says the same', { ...onS, others: [liar(s, s)] }, 'first s, later '],
  [
    'first, and another says that it was as well',
    { ...onS, others: [twin(s, { firstOn: [s] })] },
    'first s, later ',
  ],
  ['first, and another was never looked at', { ...onS, others: [{ isNew: true }] }, 'first s, later '],
  ['first, while it is open who answers', { ...onS, sees: 'nothing', former: [s] }, 'first s, later '],
  ['replaced', onT, 'first st, later '],
  [
    'replaced, and another followed',
    { ...onT, others: [twin(t, { kept: { server: t, otherServers: [s] }, laterOn: [s, t] })] },
    'first st, later ',
  ],
  [
    'replaced, and another is about to',
    { ...onT, others: [away(t, { kept: { newServer: t, otherServers: [s] }, laterOn: [s] })] },
    'first st, later ',
  ],
  ['moved to where another is', { ...onT, others: [twin(t)] }, 'first s, later t'],
  ['… and came later than somebody', { ...onT, others: [twin(t, { laterOn: [t] })] }, 'first s, later t'],
  ['moved to where another was first', { ...onT, others: [twin(t, { firstOn: [t] })] }, 'first s, later t'],
  ['… and is away', { ...onT, others: [away(t, { firstOn: [t] })] }, 'first s, later t'],
  [
    '… and nothing is marked yet',
    { ...onT, sees: 'noMarks', others: [twin(t, { firstOn: [t], sees: {} })] },
    'first s, later t',
  ],
  [
    '… who had come from here',
    { ...onT, others: [twin(t, { kept: { server: t, otherServers: [s] }, firstOn: [t] })] },
    'first s, later t',
  ],
  ['moved to where another says it was first', { ...onT, others: [liar(t, t)] }, 'first st, later '],
  [
    'changed places with another that was first there: it only says so now, as a stranger could',
    {
      ...onT,
      others: [twin(s, { kept: { server: s, otherServers: [t] }, sees: { other: 'its' }, firstOn: [t] })],
    },
    'first st, later ',
  ],
  ['moved beside one that nobody has looked at', { ...onT, others: [{ isNew: true }] }, 'first s, later '],
  ['moved, and back', { first: [s, t], says: s, former: [t], others: [liar(s, u)] }, 'first st, later '],
  ['another endpoint, on a new server', { first: [s], says: t }, 'first st, later '],
  [
    'another endpoint, on a server of another',
    { first: [s], says: t, others: [twin(t, { firstOn: [t] })] },
    'first s, later t',
  ],
])('a connection came %s: %#', (_name, { first, later, says, former = [], sees, others = [] }, expected) => {
  const databases = sees === 'noMarks' ? { client_1: '' } : mine
  const seen = view(url, sees === 'nothing' ? {} : { sees: databases })
  const isNew = first === undefined && later === undefined
  const self = connection(url, { isNew, firstOn: first ?? [], laterOn: later ?? [] })
  const endpoints = [{ ...seen, servers: { server: says, others: former } }]
  const { firstOn, laterOn } = standingOf(self, endpoints, others.map(other))
  const said = [firstOn, laterOn].map(servers => [...servers].map(each => names.get(each) ?? '?').join(''))
  expect(`first ${said[0]}, later ${laterOn.size === 32 ? 32 : said[1]}`).toBe(expected)
})
