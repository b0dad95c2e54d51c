/**
 * The servers of CLICKHOUSE_URL, for one world after another. Whoever has them removes all that appears there meanwhile, so
 * they have to say of themselves that they are for tests alone: a variable may name others by mistake.
 */
import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { quoteIdentifier, quoteLiteral } from '../../../src/clickhouse/quote.ts'
import { namedClickHouse, type ClickHouseAccess } from '../../../src/dev/administrator.ts'
import { eventually } from '../../time/eventually.ts'
import { connect } from '../clickhouse-under-test.ts'

/** A database by whose being there a server says it. */
export const aloneDatabase = 'lenskeeper_tests_alone'

export interface GivenClickHouse {
  /** As an administrator of its own: a login's sessions outlive a world, and what they say is about others. */
  readonly access: ClickHouseAccess
  /** Removes what was not there before. */
  close(): Promise<void>
}

/** What a world may leave. Users and roles come last, as databases do not end with them. */
const kinds = [
  { table: 'databases', drop: (name: string) => `DROP DATABASE IF EXISTS ${name} SYNC` },
  { table: 'users', drop: (name: string) => `DROP USER IF EXISTS ${name}` },
  { table: 'roles', drop: (name: string) => `DROP ROLE IF EXISTS ${name}` },
] as const

/**
 * Undefined where none are named, or they do not say that they are for tests alone.
 *
 * @param replicas how many are needed; `access` has no more
 */
export async function openGivenClickHouse(
  replicas: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<GivenClickHouse | undefined> {
  const named = namedClickHouse(env)
  if (named === undefined) return undefined
  const clients = named.endpoints.map(url => connect(url, named))
  const end = async (): Promise<void> => void (await Promise.all(clients.map(client => client.close())))
  try {
    const before = await Promise.all(clients.map(pictureOf))
    if (!before.every(([databases]) => databases?.has(aloneDatabase))) {
      await end()
      return undefined
    }
    const { length } = named.endpoints
    if (length < replicas)
      throw new Error(`CLICKHOUSE_URL names ${length} replicas, and this takes ${replicas}`)
    const administrator = await makeAdministrator(clients)
    return {
      access: { ...named, ...administrator, endpoints: named.endpoints.slice(0, replicas) },
      async close() {
        for (const [at, client] of clients.entries()) await removeOthers(client, before[at] ?? [])
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function makeAdministrator(
  clients: readonly ClickHouseClient[],
): Promise<{ readonly username: string; readonly password: string }> {
  const [username, password] = [
    `tests_${randomBytes(4).toString('hex')}`,
    randomBytes(18).toString('base64url'),
  ]
  const user = quoteIdentifier(username)
  for (const client of clients) {
    const by = `IDENTIFIED WITH sha256_password BY ${quoteLiteral(password)}`
    await client.command({ query: `CREATE USER IF NOT EXISTS ${user} ${by}` })
    // Where users are replicated, it is on its way.
    await eventually(async () => {
      await client.command({ query: `GRANT ALL ON *.* TO ${user} WITH GRANT OPTION` })
      return true
    })
  }
  return { username, password }
}

type Picture = readonly ReadonlySet<string>[]

/** Names, in the order of `kinds`. */
async function pictureOf(client: ClickHouseClient): Promise<Picture> {
  return await Promise.all(
    kinds.map(async ({ table }) => {
      const rows = await client.query({ query: `SELECT name FROM system.${table}`, format: 'JSONCompact' })
      return new Set((await rows.json<[string]>()).data.map(([name]) => name))
    }),
  )
}

async function removeOthers(client: ClickHouseClient, before: Picture): Promise<void> {
  const now = await pictureOf(client)
  for (const [at, { drop }] of kinds.entries())
    for (const name of now[at] ?? [])
      if (before[at]?.has(name) !== true) await client.command({ query: drop(quoteIdentifier(name)) })
}
