import { createHash } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll } from 'vitest'
import {
  type ClickHouseUnderTest,
  codeOfFailure,
  connect,
  type Login,
  startClickHouseUnderTest,
} from '../../cluster/clickhouse-under-test.ts'

export const readerSettings = 'SETTINGS readonly = 2'

export interface User extends Login {
  readonly client: ClickHouseClient
}

export interface Contract {
  readonly server: ClickHouseUnderTest
  readonly admin: ClickHouseClient
  /** Names to remove from a real server at the end; `databaseName` and `makeUser` add theirs. */
  readonly made: Readonly<Record<'databases' | 'users' | 'roles', Set<string>>>
  /** A client, closed at the end. */
  readonly as: (login: Login) => ClickHouseClient
  readonly run: (query: string, client?: ClickHouseClient) => Promise<void>
  readonly rows: (query: string, client?: ClickHouseClient) => Promise<unknown[][]>
  /** The error code of a statement, 0 when it succeeds. */
  readonly code: (query: string, client?: ClickHouseClient) => Promise<number>
  /** A bare HTTP request, for what the client hides. */
  readonly http: (query: string, search?: Record<string, string>, login?: Login) => Promise<Response>
  readonly databaseName: (name: string) => string
  readonly makeDatabase: (name: string, options?: { readonly tables?: number }) => Promise<string>
  readonly makeUser: (name: string, settings?: string) => Promise<User>
  /**
   * Rights to SELECT: database, table, whether it was revoked, whether it is a wildcard. Before 26.3 the last is always
   * 0, as no column tells it.
   */
  readonly grantsOf: (username: string) => Promise<unknown[][]>
  readonly tellsWildcards: () => Promise<boolean>
}

/**
 * For a file: the server of CLICKHOUSE_URL, or else the embedded engine. Each file has a prefix of its own for all
 * names that it makes, so that files run beside one another on one server.
 */
export function useContract(): Contract {
  let server: ClickHouseUnderTest
  let admin: ClickHouseClient
  const clients: ClickHouseClient[] = []
  const made = { databases: new Set<string>(), users: new Set<string>(), roles: new Set<string>() }

  const as = (login: Login): ClickHouseClient => {
    const client = connect(server.url, login)
    clients.push(client)
    return client
  }
  const run = async (query: string, client = admin): Promise<void> => {
    await client.command({ query })
  }
  const rows = async (query: string, client = admin): Promise<unknown[][]> => {
    const result = await client.query({ query, format: 'JSONCompactEachRow' })
    return await result.json<unknown[]>()
  }
  const databaseName = (name: string): string => {
    const full = `${server.prefix}_${name}`
    made.databases.add(full)
    return full
  }

  beforeAll(async () => {
    server = await startClickHouseUnderTest()
    admin = as(server.admin)
  }, 60_000)
  afterAll(async () => {
    if (server.embedded === undefined) {
      for (const name of made.databases) await run(`DROP DATABASE IF EXISTS ${quote(name)} SYNC`)
      for (const name of made.users) await run(`DROP USER IF EXISTS ${quote(name)}`)
      for (const name of made.roles) await run(`DROP ROLE IF EXISTS ${quote(name)}`)
    }
    await Promise.all(clients.map(client => client.close()))
    await server.close()
  })

  return {
    get server() {
      return server
    },
    get admin() {
      return admin
    },
    made,
    as,
    run,
    rows,
    code: (query, client = admin) => codeOfFailure(run(query, client)),
    async http(query, search = {}, login = server.admin) {
      const url = new URL(server.url)
      url.search = new URLSearchParams(search).toString()
      const basic = Buffer.from(`${login.username}:${login.password}`).toString('base64')
      return await fetch(url, { method: 'POST', body: query, headers: { authorization: `Basic ${basic}` } })
    },
    databaseName,
    async makeDatabase(name, { tables = 0 } = {}) {
      const full = databaseName(name)
      await run(`CREATE DATABASE ${quote(full)}`)
      for (let table = 0; table < tables; table += 1) {
        await run(`CREATE TABLE ${quote(full)}.t${table} (x UInt32) ENGINE = MergeTree ORDER BY x`)
        await run(`INSERT INTO ${quote(full)}.t${table} VALUES (1), (2), (3)`)
      }
      return full
    },
    async makeUser(name, settings = '') {
      const username = `${server.prefix}_${name}`
      made.users.add(username)
      const password = `password-of-${name}`
      const hash = createHash('sha256').update(`${password}c0ffee`).digest('hex')
      await run(`CREATE USER ${username} IDENTIFIED WITH sha256_hash BY '${hash}' SALT 'c0ffee' ${settings}`)
      return { username, password, client: as({ username, password }) }
    },
    async grantsOf(username) {
      const found = await rows(
        `SELECT database, table, COLUMNS('^(is_partial_revoke|is_wildcard)$') FROM system.grants
     WHERE user_name = ${literal(username)} AND access_type = 'SELECT' ORDER BY ALL`,
      )
      return found.map(([database, table, revoked, wildcard = 0]) => [database, table, revoked, wildcard])
    },
    async tellsWildcards() {
      const columns = await rows(
        "SELECT name FROM system.columns WHERE database = 'system' AND table = 'grants'",
      )
      return columns.some(([name]) => name === 'is_wildcard')
    },
  }
}

export function quote(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
