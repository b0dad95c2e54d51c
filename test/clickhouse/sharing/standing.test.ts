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
  /** Where it was first. */
  readonly firstOn?: readonly string[]
  readonly kept?: Partial<Listed>
  /** The server that it says it is, now. */
  readonly says?: string
  /** Comments by database; undefined: it does not answer. */
  readonly sees?: Readonly<Record<string, string>>
  readonly uuid?: string
  /** Nobody has looked at it yet. */
  readonly isNew?: boolean
}

function connection(at: string, { kept, firstOn, isNew }: Other): ClickHouseConnection {
  const endpoints = kept === undefined ? [] : [{ url: at, reachable: false, ...kept }]
  const first = firstOn === undefined ? {} : { firstOn }
  const status = isNew === true ? undefined : { observedGeneration: 1, endpoints, ...first }
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
  return wayOf(connection(at, given), given.isNew === true ? [] : [view(at, given)])
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
    const kept = { databases: 1, server: s }
    const first = { kept, firstOn: [s] }
    expect(precedes(found, other({ ...first, sees: { client_1: '' }, says: s }))).toBe(true)
    expect(precedes(found, other({ ...first, sees: {}, says: s }))).toBe(false)
    expect(precedes(found, other(first))).toBe(false)
    expect(precedes(found, other({ kept, sees: { client_1: '' }, says: s }))).toBe(false)
    expect(precedes({ ...found, server: undefined }, other({ ...first, sees: { client_1: '' } }))).toBe(false)
  })
})

const mine = { client_1: 'ours' }
/** Another one that sees what this one sees, and one that only says so. */
const twin = (server: string, ...firstOn: readonly string[]): Other => ({
  kept: { databases: 1, server },
  firstOn,
  sees: mine,
  says: server,
})
const liar = (server: string, ...firstOn: readonly string[]): Other => ({
  ...twin(server, ...firstOn),
  sees: {},
})

interface Look {
  readonly before?: readonly string[]
  readonly says?: string
  /** Who answered there before. */
  readonly former?: readonly string[]
  readonly isDown?: boolean
  readonly others?: readonly Other[]
}

test.each<readonly [string, Look, readonly string[]]>([
  ['alone', { says: s }, [s]],
  ['alone, and not seen yet', { isDown: true }, []],
  ['alone, on a server that does not tell', {}, []],
  ['beside one that leads elsewhere', { says: s, others: [twin(t, t)] }, [s]],
  ['beside one that nobody has looked at', { says: s, others: [{ isNew: true }] }, []],
  ['beside one that never answers', { says: s, others: [{ kept: {} }] }, [s]],
  ['beside one that never answers, at its address', { says: s, others: [{ at: url, kept: {} }] }, [s]],
  ['beside one without an account', { says: s, others: [{}] }, [s]],
  ['beside one that does not tell where it leads', { says: s, others: [{ kept: { databases: 1 } }] }, []],
  ['after another', { says: s, others: [twin(s, s)] }, []],
  ['after another that is away', { says: s, others: [{ kept: { databases: 1, server: s } }] }, []],
  ['after another that was there', { says: s, others: [{ kept: { otherServers: [s], server: t } }] }, []],
  ['after another that was first, and is elsewhere', { says: s, others: [twin(t, s, t)] }, []],
  ['while another comes', { says: s, others: [{ kept: { otherServers: [t], newServer: s } }] }, []],
  ['after another that only says so', { says: s, others: [liar(s)] }, []],
  ['before, and alone', { before: [s], says: s }, [s]],
  ['before, and away', { before: [s], isDown: true }, [s]],
  ['before, and by another name of the server', { before: [s], says: s, others: [twin(s)] }, [s]],
  ['before, and then came another', { before: [s], says: s, others: [twin(s)] }, [s]],
  ['before, and another says the same', { before: [s], says: s, others: [liar(s, s)] }, [s]],
  ['before, and another was as well', { before: [s], says: s, others: [twin(s, s)] }, [s]],
  ['before, and another was never looked at', { before: [s], says: s, others: [{ isNew: true }] }, [s]],
  ['before, while it is open who answers', { before: [s], isDown: true, former: [s] }, [s]],
  ['before, and the server was replaced', { before: [s], says: t, former: [s] }, [s, t]],
  ['replaced, and another followed', { before: [s], says: t, former: [s], others: [twin(t)] }, [s, t]],
  [
    'moved to where another says it was first',
    { before: [s], says: t, former: [s], others: [liar(t, t)] },
    [s, t],
  ],
  ['moved to where another was first', { before: [s], says: t, former: [s], others: [twin(t, t)] }, [s]],
  ['moved, and back', { before: [s, t], says: s, former: [t], others: [liar(s, u)] }, [s, t]],
  ['another endpoint, on a new server', { before: [s], says: t }, [s, t]],
  ['another endpoint, on a server of another', { before: [s], says: t, others: [twin(t, t)] }, [s]],
])('first on: %s: %#', (_name, { before, says, former = [], isDown, others = [] }, expected) => {
  const seen = view(url, {
    ...(isDown === true ? {} : { sees: mine }),
    ...(says === undefined ? {} : { says }),
  })
  const endpoints = [{ ...seen, servers: { server: says, others: former } }]
  const self = connection(url, before === undefined ? { isNew: true } : { firstOn: before })
  expect([...firstOn(self, endpoints, others.map(other))]).toEqual(expected)
})
