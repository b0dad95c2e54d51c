import { describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import { contests, firstOn, precedes, shows } from '../../../src/clickhouse/sharing/standing.ts'
import { wayOf, type OtherWay } from '../../../src/clickhouse/sharing/ways.ts'
import { aConnection, answering, down } from '../../builders/connection-observed.ts'

const [s, t, u] = ['a', 'b', 'c'].map(letter => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
]
const url = 'http://ch1.example.com:8123'
const elsewhere = 'http://alias.example.com:8123'
const noUuid = '00000000-0000-0000-0000-000000000000'
const found = { server: s, database: 'client_1', uuid: 'uuid of client_1', comment: 'ours' }

type Listed = NonNullable<NonNullable<ClickHouseConnection['status']>['endpoints']>[number]

/** What another connection's status keeps of its endpoint, and what it sees there now. */
interface Other {
  readonly at?: string
  readonly kept?: Partial<Listed>
  /** The server that it says it is, now. */
  readonly says?: string
  /** Comments by database; undefined: it does not answer. */
  readonly sees?: Readonly<Record<string, string>>
  readonly uuid?: string
  /** Nobody has looked at it yet. */
  readonly isNew?: boolean
}

function connection(kept: Partial<Listed> | undefined, at: string, isNew = false): ClickHouseConnection {
  const endpoints = kept === undefined ? [] : [{ url: at, reachable: false, ...kept }]
  const status = isNew ? undefined : { observedGeneration: 1, endpoints }
  const plain = aConnection({ endpoints: [at] })
  return status === undefined ? plain : { ...plain, status }
}

function view(at: string, { sees, says, uuid }: Other): EndpointView {
  if (sees === undefined) return down(at)
  const seen = answering(at, { databases: sees, ...(uuid === undefined ? {} : { uuid }) })
  return { ...seen, servers: { server: says, others: [] } }
}

function other(given: Other): OtherWay {
  const at = given.at ?? elsewhere
  return wayOf(connection(given.kept, at, given.isNew), given.isNew === true ? [] : [view(at, given)])
}

describe('a departed tenant’s database with a mark that names nobody, on a server where nobody was first', () => {
  test.each<readonly [string, Other, boolean]>([
    ['shows the very database', { sees: { client_1: 'ours' }, says: s }, true],
    ['shows it with an older mark', { sees: { client_1: '' }, says: s }, true],
    ['shows it, and says it is another server', { sees: { client_1: 'ours' }, says: t }, true],
    ['shows it, and says nothing', { sees: { client_1: 'ours' } }, true],
    ['shows none of that name', { sees: { client_2: 'ours' }, says: s }, false],
    ['shows another of that name', { sees: { client_1: 'ours' }, says: s, uuid: 'another' }, false],
    ['answers with nothing, as the server itself', { sees: {}, says: s }, false],
    ['was there, and does not answer', { kept: { databases: 1, server: s } }, true],
    ['was there before, and does not answer', { kept: { server: t, otherServers: [s] } }, true],
    ['leads elsewhere, and does not answer', { kept: { databases: 1, server: t } }, false],
    ['answered to an older release, and does not now', { kept: { databases: 1 } }, true],
    ['never answered', { kept: {} }, false],
    ['never answered, at the very address', { at: url, kept: {} }, false],
    ['was never looked at, at the very address', { at: url, isNew: true }, false],
    ['has no account', {}, false],
  ])('another connection that %s contests it: %#', (_name, given, expected) => {
    expect(contests(found, other(given))).toBe(expected)
  })

  test('without uuids, the same mark tells', () => {
    const way = other({ sees: { client_1: 'ours' }, uuid: noUuid })
    expect(shows({ ...found, uuid: noUuid }, way)).toBe(true)
    expect(shows({ ...found, uuid: noUuid, comment: 'other' }, way)).toBe(false)
  })

  test('belongs to who was first there and sees it, not to who only says so', () => {
    const kept = { databases: 1, server: s, first: true }
    expect(precedes(found, other({ kept, sees: { client_1: '' }, says: s }))).toBe(true)
    expect(precedes(found, other({ kept, sees: {}, says: s }))).toBe(false)
    expect(precedes(found, other({ kept }))).toBe(false)
    expect(precedes(found, other({ kept: { server: s }, sees: { client_1: '' }, says: s }))).toBe(false)
    expect(precedes({ ...found, server: undefined }, other({ kept, sees: { client_1: '' } }))).toBe(false)
  })
})

interface Look {
  readonly kept?: Partial<Listed>
  readonly says?: string
  readonly isDown?: boolean
  readonly others?: readonly Other[]
}

const first = { databases: 1, server: s, first: true }
const mine = { client_1: 'ours' }

test.each<readonly [string, Look, boolean]>([
  ['alone', { says: s }, true],
  ['alone, and not seen yet', { isDown: true }, false],
  ['alone, on a server that does not tell', {}, false],
  ['beside one that leads elsewhere', { says: s, others: [{ kept: { databases: 1, server: t } }] }, true],
  ['beside one that nobody has looked at', { says: s, others: [{ isNew: true }] }, false],
  ['beside one that never answers', { says: s, others: [{ kept: {} }] }, true],
  ['beside one that never answers, at its address', { says: s, others: [{ at: url, kept: {} }] }, true],
  ['beside one without an account', { says: s, others: [{}] }, true],
  ['beside one that does not tell where it leads', { says: s, others: [{ kept: { databases: 1 } }] }, false],
  ['after another', { says: s, others: [{ kept: first, sees: mine, says: s }] }, false],
  ['after another that is away', { says: s, others: [{ kept: { databases: 1, server: s } }] }, false],
  [
    'after another that was there before',
    { says: s, others: [{ kept: { otherServers: [s], server: t } }] },
    false,
  ],
  [
    'after another that is being looked at',
    { says: s, others: [{ kept: { otherServers: [t], newServer: s } }] },
    false,
  ],
  ['after another that only says so', { says: s, others: [{ sees: {}, says: s }] }, false],
  ['before, and alone', { kept: first, says: s }, true],
  ['before, and away', { kept: first, isDown: true }, true],
  ['before, and restored without its status', { says: s, others: [{ kept: { server: s } }] }, false],
  ['before, and then came another', { kept: first, says: s, others: [{ sees: mine, says: s }] }, true],
  [
    'before, and another says the same',
    { kept: first, says: s, others: [{ kept: first, sees: {}, says: s }] },
    true,
  ],
  [
    'before, and another says and shows the same',
    { kept: first, says: s, others: [{ kept: first, sees: mine, says: s }] },
    true,
  ],
  ['before, and another was never looked at', { kept: first, says: s, others: [{ isNew: true }] }, true],
  ['before, while it is open who answers', { kept: { otherServers: [s], newServer: t, first: true } }, true],
  ['before, and the server was replaced', { kept: first, says: t }, true],
  [
    'before, and the server was replaced, which was open',
    { kept: { otherServers: [s], first: true }, says: t },
    true,
  ],
  [
    'before, and another followed it to the new server',
    { kept: first, says: t, others: [{ kept: { server: t }, sees: mine, says: t }] },
    true,
  ],
  [
    'before, and moves to where another says it was first',
    { kept: first, says: t, others: [{ kept: { server: t, first: true }, sees: {}, says: t }] },
    true,
  ],
  [
    'before, and moves to where another was first',
    { kept: first, says: t, others: [{ kept: { server: t, first: true }, sees: mine, says: t }] },
    false,
  ],
  [
    'before, and moves to where another says it was, which is away',
    { kept: first, says: t, others: [{ kept: { server: t, first: true } }] },
    true,
  ],
  [
    'elsewhere, and another was first at a third',
    { kept: first, says: t, others: [{ kept: { server: u, first: true }, sees: mine, says: u }] },
    true,
  ],
] satisfies readonly (readonly [string, Look, boolean])[])(
  'first on its server: %s: %#',
  (_name, given, expected) => {
    const { kept, says, isDown, others = [] } = given
    const sees = isDown === true ? {} : { sees: mine }
    const seen = view(url, { ...sees, ...(says === undefined ? {} : { says }) })
    const self = connection(kept, url, kept === undefined)
    expect(firstOn(self, [seen], others.map(other)).has(url)).toBe(expected)
  },
)
