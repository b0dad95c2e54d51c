import { Pool } from 'undici'
import { quoteIdentifier, quoteLiteral } from '../src/clickhouse/quote.ts'

/** What the operator is measured on: the embedded engine, or the stand-in. */
export interface ClickHouseUnderBench {
  readonly endpoints: readonly string[]
  readonly admin: { readonly username: string; readonly password: string }
  /** Counts of all statements answered until now, refused ones included. */
  statistics(): Promise<{ readonly total: number }>
  /** Ids of the processes that run. */
  pids(): readonly (number | undefined)[]
  stop(): Promise<void>
}

/** ClickHouse's HTTP interface as the administrator, with nothing around it. */
export interface PlainClickHouse {
  run(sql: string): Promise<void>
  createDatabase(name: string, comment: string): Promise<void>
  dropDatabase(name: string): Promise<void>
  grantRead(databases: readonly string[], user: string): Promise<void>
  close(): Promise<void>
}

export function openClickHouse(
  { endpoints, admin }: Pick<ClickHouseUnderBench, 'endpoints' | 'admin'>,
  connections: number,
): PlainClickHouse {
  const [url = ''] = endpoints
  const pool = new Pool(url, { connections, pipelining: 1 })
  const headers = { 'x-clickhouse-user': admin.username, 'x-clickhouse-key': admin.password }
  const run = async (sql: string): Promise<void> => {
    const path = '/?wait_end_of_query=1'
    const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: sql })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`ClickHouse: ${text.slice(0, 400)}`)
  }
  return {
    run,
    createDatabase: (name, comment) =>
      run(`CREATE DATABASE ${quoteIdentifier(name)} ENGINE = Atomic COMMENT ${quoteLiteral(comment)}`),
    dropDatabase: name => run(`DROP DATABASE ${quoteIdentifier(name)} SYNC`),
    grantRead: (databases, user) => {
      const rights = databases.map(name => `SELECT ON ${quoteIdentifier(name)}.*`).join(', ')
      return run(`GRANT ${rights} TO ${quoteIdentifier(user)}`)
    },
    close: () => pool.destroy(),
  }
}

/** Rights that go into one GRANT. */
export const grantBatch = 500

/** As many rights as there are databases, made or not. */
export async function grantAll(
  clickhouse: PlainClickHouse,
  databases: readonly string[],
  user: string,
): Promise<void> {
  for (let at = 0; at < databases.length; at += grantBatch)
    await clickhouse.grantRead(databases.slice(at, at + grantBatch), user)
}
