/** The work of a ClickHouse's administrators: an account for the operator, databases, and some rows. */
import { randomBytes } from 'node:crypto'
import { accountStatements } from '../../clickhouse/accounts/operator-account.ts'
import { quoteIdentifier, quoteLiteral } from '../../clickhouse/quote.ts'
import type { ClickHouseAccess } from '../../dev/administrator.ts'
import { CommandError } from '../frame/command-error.ts'
import type { OperatorAccount } from './samples.ts'

/** A database of the partner's own, which no tenant may read. */
export const internalTable = { database: 'acme_internal', table: 'payroll' }
/** The table that each tenant gets. */
export const tenantTable = 'orders'

/** What the samples' tenants may be called. */
const patterns = ['client_*', 'acme_shop__*']

/**
 * Makes the operator's account, with exactly the rights it needs, and the partner's own database. Safe to repeat.
 *
 * @param password the account's, where it has been made before
 */
export async function prepareClickHouse(
  access: ClickHouseAccess,
  password: string | undefined,
  signal: AbortSignal,
): Promise<OperatorAccount> {
  const account = { username: 'lenskeeper', password: password ?? randomBytes(18).toString('base64url') }
  const request = { mode: 'managed', patterns, readerUser: 'datalens', allowDrop: false } as const
  const internal = `${quoteIdentifier(internalTable.database)}.${quoteIdentifier(internalTable.table)}`
  const statements = [
    `CREATE USER IF NOT EXISTS ${account.username} IDENTIFIED WITH sha256_password BY ${quoteLiteral(account.password)}`,
    ...accountStatements({ ...request, username: account.username }),
    `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(internalTable.database)}`,
    `CREATE TABLE IF NOT EXISTS ${internal} (name String, salary UInt32) ENGINE = MergeTree ORDER BY name`,
    `INSERT INTO ${internal} SELECT 'Ada', 9000 WHERE ${isEmpty(internal)}`,
  ]
  for (const url of access.endpoints) {
    for (const statement of statements) await run(access, url, statement, signal)
  }
  return { ...account, endpoints: access.endpoints }
}

/** What the shop sells, where, and who: the content that the sandbox ships shows it. */
const orderColumns =
  'id UInt32, month Date, region String, product String, username String, quantity UInt32, amount Decimal(10, 2)'

/** A table with that many rows in a tenant's database, as the partner's own pipelines would fill it. Safe to repeat. */
export async function fillDatabase(
  access: ClickHouseAccess,
  { database, rows }: { readonly database: string; readonly rows: number },
  signal: AbortSignal,
): Promise<void> {
  const table = `${quoteIdentifier(database)}.${quoteIdentifier(tenantTable)}`
  const create = `CREATE TABLE IF NOT EXISTS ${table} (${orderColumns}) ENGINE = MergeTree ORDER BY id`
  await run(access, access.url, create, signal)
  // The same at each run, and different from tenant to tenant.
  const chance = (count: number, salt: string): string =>
    `cityHash64(number, ${quoteLiteral(database + salt)}) % ${count}`
  const one = (items: readonly string[], salt: string): string =>
    `[${items.map(quoteLiteral).join(', ')}][1 + ${chance(items.length, salt)}]`
  const cells = [
    'number AS id',
    "toDate('2026-01-01') + toIntervalMonth(number % 6) AS month",
    `${one(['north', 'south', 'east', 'west'], 'region')} AS region`,
    `${one(['coffee', 'tea', 'cocoa'], 'product')} AS product`,
    `${one(['ada', 'grace'], 'user')} AS username`,
    `10 + ${chance(90, 'quantity')} AS quantity`,
    `quantity * (4.5 + ${chance(12, 'price')}) AS amount`,
  ]
  await run(
    access,
    access.url,
    `INSERT INTO ${table} SELECT ${cells.join(', ')} FROM numbers(${rows}) WHERE ${isEmpty(table)}`,
    signal,
  )
}

function isEmpty(table: string): string {
  return `(SELECT count() FROM ${table}) = 0`
}

/** What the sandbox's table `sales` has to show of these orders. */
export async function salesIn(
  access: ClickHouseAccess,
  { database, where = '1' }: { readonly database: string; readonly where?: string },
  signal: AbortSignal,
): Promise<readonly (readonly unknown[])[]> {
  const table = `${quoteIdentifier(database)}.${quoteIdentifier(tenantTable)}`
  const cells = 'toString(month), region, product, toFloat64(sum(quantity)), toFloat64(sum(amount))'
  const sql = `SELECT ${cells} FROM ${table} WHERE ${where} GROUP BY month, region, product FORMAT JSONCompactEachRow`
  const text = await run(access, access.url, sql, signal)
  const lines = text.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as readonly unknown[])
}

async function run(
  access: ClickHouseAccess,
  url: string,
  statement: string,
  signal: AbortSignal,
): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    body: statement,
    headers: { 'x-clickhouse-user': access.username, 'x-clickhouse-key': access.password },
    signal,
  })
  const text = await answer.text()
  if (answer.ok) return text
  const what = statement.split(' ').slice(0, 3).join(' ')
  throw new CommandError(`ClickHouse refuses ${what} …: ${text.split('\n')[0]}`)
}
