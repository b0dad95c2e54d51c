/** Whether two connections lead to one ClickHouse, which addresses alone do not tell. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { keyOf, type ObjectKey } from '../api/object.ts'
import { hostOf } from './endpoint/host.ts'
import type { Fleet } from './fleet.ts'
import type { Server } from './server.ts'

/** Of an engine that gives databases no uuid. */
const noUuid = '00000000-0000-0000-0000-000000000000'

/** A database as one connection sees it. */
export interface SeenDatabase {
  readonly url: string
  readonly database: string
  readonly uuid: string
  readonly comment: string
}

/** Another connection. */
export interface OtherWay {
  readonly endpoints: readonly string[]
  /** Undefined while it has none. */
  readonly server: Pick<Server, 'latest'> | undefined
}

export interface ConnectionsInSight {
  readonly connections: {
    readonly size: number
    list(): readonly ClickHouseConnection[]
    has(key: ObjectKey): boolean
  }
  readonly fleet: Pick<Fleet, 'get'>
}

export function otherWays(self: ObjectKey, { connections, fleet }: ConnectionsInSight): readonly OtherWay[] {
  if (connections.size <= 1) return []
  return connections
    .list()
    .filter(connection => keyOf(connection) !== self)
    .map(connection => ({ endpoints: connection.spec.endpoints, server: fleet.get(keyOf(connection)) }))
}

/** `perhaps`: none of its endpoints was seen, so nobody knows where it leads. It asks no server. */
export function leadsThere(found: SeenDatabase, { endpoints, server }: OtherWay): 'yes' | 'no' | 'perhaps' {
  if (endpoints.some(url => hostOf(url) === hostOf(found.url))) return 'yes'
  const views = (server?.latest()?.endpoints ?? []).flatMap(view => (view.ok ? [view.data] : []))
  if (views.length === 0) return 'perhaps'
  return views.some(({ databases }) => isSame(databases.get(found.database), found)) ? 'yes' : 'no'
}

function isSame(
  other: Pick<SeenDatabase, 'uuid' | 'comment'> | undefined,
  { uuid, comment }: SeenDatabase,
): boolean {
  return other !== undefined && other.uuid === uuid && (uuid !== noUuid || other.comment === comment)
}
