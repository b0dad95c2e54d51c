import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { CheckedRight } from '../../clickhouse/accounts/checked-right.ts'
import type { NotedRefusal } from '../../clickhouse/refused-statements.ts'
import type { Contested } from '../../clickhouse/presence/presence.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import type { Problem } from '../problem.ts'

/** The operator's account, as the Secrets give it. */
export type Account =
  | {
      readonly kind: 'ok'
      readonly username: string
      readonly password: Redacted<string>
      readonly ca: string | undefined
    }
  /** The Secrets have not been read yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly problem: Problem }

/** A right that the operator's account lacks. */
export interface MissingRight extends CheckedRight {
  /** The endpoints that lack it, of those that could be asked. */
  readonly urls: readonly string[]
}

/** The server itself: whether it answers, and whether the operator's account may do its work there. */
export interface ServerObserved {
  readonly connection: ClickHouseConnection
  readonly account: Account
  /** Empty while there is no server to talk to. */
  readonly endpoints: readonly EndpointView[]
  /** How operators of this cluster announced themselves there, the latest last. Undefined where nobody asks. */
  readonly epochs: readonly string[] | undefined
  /** Where another operator was noticed. Undefined where nobody asks. */
  readonly contested: readonly Contested[] | undefined
  /** Servers to which no connection led before this one, by uuid. */
  readonly firstOn: ReadonlySet<string>
  /** Servers to which it came after another, by uuid. */
  readonly laterOn: ReadonlySet<string>
  /** Rights that the operator's account lacks and every tenant needs; empty also when nobody could say. */
  readonly missingRights: readonly MissingRight[]
  /** Rights on single databases that it lacks. They concern these databases' tenants alone. */
  readonly missingOnDatabases: readonly MissingRight[]
  /** One for each tenant that waits for a statement; undefined where it has not tried again since the start. */
  readonly refusals: readonly (NotedRefusal | undefined)[]
}
