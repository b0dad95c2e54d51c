import type { ClickHouseClient } from '@clickhouse/client'
import type { ClickHouseAccess } from '../../src/dev/administrator.ts'
import { connect, type Login } from './clickhouse-under-test.ts'

/** The servers of a world as they answer a login, whatever the operator makes of them. One client a login and replica. */
export class ServerAccess {
  readonly #clickhouse: ClickHouseAccess
  readonly #clients = new Map<string, ClickHouseClient>()

  constructor(clickhouse: ClickHouseAccess) {
    this.#clickhouse = clickhouse
  }

  /** Runs a statement as ClickHouse's administrator. */
  async sql(query: string, replica: number): Promise<string[][]> {
    const { username, password } = this.#clickhouse
    return await this.sqlAs({ username, password }, query, replica)
  }

  async sqlAs(login: Login, query: string, replica: number): Promise<string[][]> {
    const client = this.#client(this.#clickhouse.endpoints[replica] ?? '', login)
    if (!/^\s*(SELECT|SHOW|EXISTS|DESCRIBE)/i.test(query)) {
      await client.command({ query })
      return []
    }
    const rows = await client.query({ query, format: 'JSONCompactStrings' })
    return (await rows.json<string[]>()).data
  }

  /** Databases that carry a mark of ours, with their marks. */
  async marks(replica: number): Promise<Record<string, string>> {
    const rows = await this.sql(
      "SELECT name, comment FROM system.databases WHERE comment LIKE 'lenskeeper/%' ORDER BY name",
      replica,
    )
    return Object.fromEntries(rows.map(([name = '', comment = '']) => [name, comment]))
  }

  /** Databases that the reader `datalens` has SELECT on. */
  async grants(replica: number): Promise<string[]> {
    const rows = await this.sql(
      "SELECT DISTINCT database FROM system.grants WHERE user_name = 'datalens' AND access_type = 'SELECT' ORDER BY database",
      replica,
    )
    return rows.map(([name = '']) => name)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map(client => client.close()))
  }

  #client(url: string, login: Login): ClickHouseClient {
    const identity = JSON.stringify([url, login])
    const known = this.#clients.get(identity)
    if (known !== undefined) return known
    const client = connect(url, login)
    this.#clients.set(identity, client)
    return client
  }
}
