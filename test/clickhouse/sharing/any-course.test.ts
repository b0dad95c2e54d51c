import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import { standingOf } from '../../../src/clickhouse/sharing/first.ts'
import { listServers } from '../../../src/clickhouse/sharing/known-servers.ts'
import { wayOf } from '../../../src/clickhouse/sharing/ways.ts'
import { aConnection, answering, down } from '../../builders/connection-observed.ts'

interface Connection {
  readonly url: string
  server: string
  readonly others: string[]
  isAway: boolean
  status: ClickHouseConnection['status']
  view: EndpointView | undefined
  /** By the course itself: where it has been seen, and where it came second, as far as its status can still tell. */
  readonly seenOn: Set<string>
  readonly secondOn: Set<string>
  /** It was seen by the earlier release alone. */
  isOld: boolean
}

/** Connections to servers, of which each has one marked database. */
class World {
  readonly #connections = new Map<number, Connection>()
  /** Servers on which two are first, as one had left, and only words were left of it. */
  readonly #doubled = new Set<string>()
  #made = 0

  make(who: number, server: string): void {
    this.#connections.set(who, {
      url: `http://c${(this.#made += 1)}.example.com:8123`,
      server,
      others: [],
      isAway: false,
      status: undefined,
      view: undefined,
      seenOn: new Set(),
      secondOn: new Set(),
      isOld: false,
    })
  }

  remove(who: number): void {
    this.#connections.delete(who)
  }

  /** Another server answers at its address. */
  move(who: number, server: string): void {
    const one = this.#connections.get(who)
    if (one === undefined || one.server === server) return
    if (one.seenOn.has(one.server)) one.others.push(one.server)
    one.server = server
  }

  toggle(who: number): void {
    const one = this.#connections.get(who)
    if (one !== undefined) one.isAway = !one.isAway
  }

  loseStatus(who: number): void {
    const one = this.#connections.get(who)
    if (one === undefined) return
    Object.assign(one, { status: undefined, view: undefined, others: [], isOld: false })
    one.seenOn.clear()
    one.secondOn.clear()
  }

  restart(): void {
    for (const one of this.#connections.values()) one.view = undefined
  }

  /** From a release that kept no servers. */
  upgrade(): void {
    for (const [who, one] of this.#connections) {
      const { status, seenOn } = one
      const wasSeen = seenOn.size > 0
      this.loseStatus(who)
      if (status === undefined) continue
      const endpoint = { url: one.url, reachable: true, ...(wasSeen ? { databases: 1 } : {}) }
      one.isOld = wasSeen
      one.status = { observedGeneration: 1, endpoints: [endpoint] }
    }
  }

  look(who: number): void {
    const one = this.#connections.get(who)
    if (one === undefined) return
    const servers = { server: one.server, others: [...one.others] }
    const seen = answering(one.url, { databases: { client_1: 'marked' }, uuid: `in ${one.server}` })
    const kept = one.view?.servers
    one.view = one.isAway ? { ...down(one.url), servers: kept } : { ...seen, servers }
    const { connection } = this.#object(one)
    const neighbours = [...this.#connections.values()].filter(each => each !== one)
    const ways = neighbours.map(each =>
      wayOf(this.#object(each).connection, each.view === undefined ? [] : [each.view]),
    )
    const before = new Set(connection.status?.firstOn)
    const { firstOn, laterOn } = standingOf(connection, [one.view], ways)
    if (!one.isAway) this.#judge(one, neighbours, { before, firstOn })
    const [former] = one.status?.endpoints ?? []
    const listed = one.isAway
      ? { ...former, url: one.url, reachable: false }
      : { url: one.url, reachable: true, databases: 1, ...listServers(servers) }
    one.status = { observedGeneration: 1, endpoints: [listed], firstOn: [...firstOn], laterOn: [...laterOn] }
  }

  #judge(
    one: Connection,
    neighbours: readonly Connection[],
    { before, firstOn }: { readonly before: ReadonlySet<string>; readonly firstOn: ReadonlySet<string> },
  ): void {
    const { server } = one
    // Who came from where this one was first, to where nobody was, gives way to it.
    const gaveWay = (other: Connection): boolean =>
      other.server === server &&
      other.status?.firstOn?.includes(server) !== true &&
      other.others.some(each => one.others.includes(each) && before.has(each))
    // Who shows another server now can only say that it was here. It does not count against one that was first where it
    // comes from, so two that change places are both first on what one of them has left (first.test.ts, "changed places").
    const wasFirst = one.others.some(each => before.has(each))
    const onlySays = (other: Connection): boolean =>
      wasFirst && other.view?.ok === true && other.view.servers?.server !== server
    if (firstOn.has(server) && !before.has(server))
      for (const other of neighbours)
        if (onlySays(other) && other.status?.firstOn?.includes(server) === true) this.#doubled.add(server)
    const ahead = neighbours.filter(
      other => other.isOld || (other.seenOn.has(server) && !gaveWay(other) && !onlySays(other)),
    )
    if (firstOn.has(server) && !before.has(server)) {
      expect(one.secondOn, 'came second, and is first').not.toContain(server)
      expect(ahead, 'another was there before').toEqual([])
    }
    for (const other of neighbours)
      if (firstOn.has(server) && !this.#doubled.has(server))
        expect(other.status?.firstOn ?? [], 'two are first').not.toContain(server)
    if (!firstOn.has(server) && ahead.some(other => !other.isOld)) one.secondOn.add(server)
    one.seenOn.add(server)
    one.isOld = false
  }

  #object({ url, status }: Connection): { readonly connection: ClickHouseConnection } {
    const plain = aConnection({ endpoints: [url] })
    return { connection: status === undefined ? plain : { ...plain, status } }
  }
}

const who = fc.nat({ max: 2 })
const server = fc.constantFrom('s', 't', 'u')
type Event = (world: World) => void

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(who, server).map(
      ([one, on]): Event =>
        world =>
          world.make(one, on),
    ),
  },
  {
    weight: 2,
    arbitrary: who.map(
      (one): Event =>
        world =>
          world.remove(one),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(who, server).map(
      ([one, on]): Event =>
        world =>
          world.move(one, on),
    ),
  },
  {
    weight: 1,
    arbitrary: who.map(
      (one): Event =>
        world =>
          world.toggle(one),
    ),
  },
  {
    weight: 1,
    arbitrary: who.map(
      (one): Event =>
        world =>
          world.loseStatus(one),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Event>(
      world => world.restart(),
      world => world.upgrade(),
    ),
  },
  {
    weight: 10,
    arbitrary: who.map(
      (one): Event =>
        world =>
          world.look(one),
    ),
  },
)

test('whatever comes and goes, one connection at most is first on a server, and none that came second to another', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 10, maxLength: 40 }), events => {
      const world = new World()
      for (const happens of events) happens(world)
    }),
    { numRuns: 1_000 },
  )
})
