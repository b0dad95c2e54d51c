import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'

export interface Administrator {
  readonly username: string
  readonly password: string
}

/** What `clickhouse.json` of a state folder holds: how to reach its server, and its administrator. */
export interface ClickHouseAccess extends Administrator {
  /** The first of `endpoints`. */
  readonly url: string
  /** One URL a replica. */
  readonly endpoints: readonly string[]
}

/**
 * The embedded server's administrator. The one that the file names is kept: a Secret of the cluster may hold its
 * password, which has to work after a restart. Without a file: a new one.
 */
export async function administratorOf(file: string): Promise<Administrator> {
  try {
    const { username, password } = JSON.parse(await readFile(file, 'utf8')) as Partial<Administrator>
    if (typeof username === 'string' && username && typeof password === 'string')
      return { username, password }
  } catch {
    // The file is missing, or a crash cut it off.
  }
  return { username: 'admin', password: randomBytes(18).toString('base64url') }
}

/**
 * The servers that CLICKHOUSE_URL names, one URL a replica with commas between, with CLICKHOUSE_USER and
 * CLICKHOUSE_PASSWORD. Undefined where it names none.
 */
export function namedClickHouse(
  env: Readonly<Record<string, string | undefined>>,
): ClickHouseAccess | undefined {
  const urls = (env['CLICKHOUSE_URL'] ?? '').split(',').map(url => url.trim())
  const [url, ...others] = urls.filter(one => one !== '')
  if (url === undefined) return undefined
  const username = env['CLICKHOUSE_USER'] ?? 'default'
  return { url, endpoints: [url, ...others], username, password: env['CLICKHOUSE_PASSWORD'] ?? '' }
}

/** Only this user of the machine can read it. */
export async function writeClickHouseAccess(file: string, access: ClickHouseAccess): Promise<void> {
  const { url, username, password, endpoints } = access
  const several = endpoints.length > 1 ? { endpoints } : {}
  await writeFile(file, `${JSON.stringify({ url, username, password, ...several }, null, 2)}\n`, {
    mode: 0o600,
  })
}
