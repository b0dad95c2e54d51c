/** What is known of where other connections lead: by what they see now, and by what their statuses keep. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { KnownServers } from '../catalog/answering.ts'
import type { EndpointView } from '../catalog/snapshot.ts'
import type { Fleet } from '../fleet.ts'
import { knownServers } from './known-servers.ts'

/** One endpoint of a connection. */
export interface WayIn {
  readonly url: string
  /** Which servers answered there. Undefined: none that told who it is. */
  readonly servers: KnownServers | undefined
  /** It has been looked at with success, now or ever. */
  readonly wasSeen: boolean
  /** What it shows now. Undefined while it does not answer, and before the first look. */
  readonly view: Extract<EndpointView, { readonly ok: true }> | undefined
}

/** Another connection. */
export interface OtherWay {
  /** It was looked at once, so its status tells where it leads, or that it leads nowhere. */
  readonly isTried: boolean
  /** Servers to which no other was known to lead when it came. */
  readonly firstOn: ReadonlySet<string>
  /** Servers to which it came after another. */
  readonly laterOn: ReadonlySet<string>
  readonly endpoints: readonly WayIn[]
}

export interface ConnectionsInSight {
  readonly connections: {
    readonly size: number
    list(): readonly ClickHouseConnection[]
    has(key: ObjectKey): boolean
  }
  readonly fleet: Pick<Fleet, 'get'>
}

/** Whether a connection has no others beside it. */
export function isAlone({ connections }: Pick<ConnectionsInSight, 'connections'>): boolean {
  return connections.size <= 1
}

/** It asks no server. That is O(connections), so ask first whether the answer matters. */
export function otherWays(self: ObjectKey, from: ConnectionsInSight): readonly OtherWay[] {
  if (isAlone(from)) return []
  const ways: OtherWay[] = []
  for (const connection of from.connections.list()) {
    const key = keyOf(connection)
    if (key !== self)
      ways.push(rememberedWay(connection, from.fleet.get(key)?.latest()?.endpoints ?? noViews))
  }
  return ways
}

const noViews: readonly EndpointView[] = []

/** Every tenant asks for the ways of all connections, and few change between two that ask. */
const known = new WeakMap<
  ClickHouseConnection,
  { readonly views: readonly EndpointView[]; readonly way: OtherWay }
>()

function rememberedWay(connection: ClickHouseConnection, views: readonly EndpointView[]): OtherWay {
  const before = known.get(connection)
  if (before?.views === views) return before.way
  const way = wayOf(connection, views)
  known.set(connection, { views, way })
  return way
}

export function wayOf(connection: ClickHouseConnection, views: readonly EndpointView[]): OtherWay {
  const listed = new Map((connection.status?.endpoints ?? []).map(each => [each.url, each]))
  const kept = knownServers(connection)
  const seen = new Map(views.map(view => [view.url, view]))
  const endpoints = [...new Set([...listed.keys(), ...seen.keys()])].map((url): WayIn => {
    const view = seen.get(url)
    return {
      url,
      servers: view?.servers ?? kept.get(url),
      wasSeen: view?.ok === true || listed.get(url)?.databases !== undefined,
      view: view?.ok === true ? view : undefined,
    }
  })
  return {
    // The API server writes -1 into the status of an object that nobody has looked at.
    isTried: (connection.status?.observedGeneration ?? -1) >= 0,
    firstOn: new Set(connection.status?.firstOn),
    laterOn: new Set(connection.status?.laterOn),
    endpoints,
  }
}
