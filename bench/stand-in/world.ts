/** What the stand-in for a ClickHouse server holds, in memory. */
import { randomUUID } from 'node:crypto'
import { digest, type StoredAuthentication } from '../../src/dev/clickhouse/rights/access-state.ts'

export interface Database {
  readonly uuid: string
  readonly comment: string
}

export interface User {
  readonly authentication: StoredAuthentication
  /** Databases that it may read. */
  readonly reads: Set<string>
}

export interface World {
  readonly serverUuid: string
  /** May do everything. */
  readonly admin: string
  readonly databases: Map<string, Database>
  readonly users: Map<string, User>
  /** What sessions of the HTTP interface have set `log_comment` to, by user and session. */
  readonly logComments: Map<string, string>
}

export function newWorld(admin: { readonly username: string; readonly password: string }): World {
  const authentication = digest({ kind: 'plaintext', password: admin.password })
  return {
    serverUuid: randomUUID(),
    admin: admin.username,
    databases: new Map(),
    users: new Map([[admin.username, { authentication, reads: new Set() }]]),
    logComments: new Map(),
  }
}
