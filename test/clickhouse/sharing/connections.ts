/** Connections as the standing among several sees them. */
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import { wayOf, type OtherWay } from '../../../src/clickhouse/sharing/ways.ts'
import { aConnection, answering, down } from '../../builders/connection-observed.ts'

export const [s, t, u] = ['a', 'b', 'c'].map(letter => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
]
export const url = 'http://ch1.example.com:8123'
const elsewhere = 'http://alias.example.com:8123'

type Listed = NonNullable<NonNullable<ClickHouseConnection['status']>['endpoints']>[number]

/** What another connection's status keeps of its endpoint, and what it sees there now. */
export interface Other {
  readonly at?: string
  /** Where it was first. */
  readonly firstOn?: readonly string[]
  /** Where it came after another. */
  readonly laterOn?: readonly string[]
  readonly kept?: Partial<Listed>
  /** The server that it says it is, now. */
  readonly says?: string
  /** Comments by database; undefined: it does not answer. */
  readonly sees?: Readonly<Record<string, string>>
  readonly uuid?: string
  /** Nobody has looked at it yet. */
  readonly isNew?: boolean
}

export function connection(at: string, { kept, firstOn, laterOn, isNew }: Other): ClickHouseConnection {
  const endpoints = kept === undefined ? [] : [{ url: at, reachable: false, ...kept }]
  const standing = { firstOn: firstOn ?? [], laterOn: laterOn ?? [] }
  const status = isNew === true ? undefined : { observedGeneration: 1, endpoints, ...standing }
  const plain = aConnection({ endpoints: [at] })
  return status === undefined ? plain : { ...plain, status }
}

export function view(at: string, { sees, says, uuid, kept }: Other): EndpointView {
  if (sees === undefined) return down(at)
  const seen = answering(at, { databases: sees, ...(uuid === undefined ? {} : { uuid }) })
  return { ...seen, servers: { server: says, others: kept?.otherServers ?? [] } }
}

export function other(given: Other): OtherWay {
  const at = given.at ?? elsewhere
  return wayOf(connection(at, given), given.isNew === true ? [] : [view(at, given)])
}
