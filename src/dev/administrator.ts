import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'

export interface Administrator {
  readonly username: string
  readonly password: string
}

/** What `clickhouse.json` tells about the server of a state folder. */
export interface ClickHouseAccess extends Administrator {
  /** The first of `endpoints`. */
  readonly url: string
  /** One a replica. */
  readonly endpoints: readonly string[]
}

/**
 * The administrator of the embedded server: the one that the file already names, so that whoever wrote it into a
 * Secret of the cluster is still let in after a restart; otherwise a new one.
 */
export async function administratorOf(file: string): Promise<Administrator> {
  try {
    const { username, password } = JSON.parse(await readFile(file, 'utf8')) as Partial<Administrator>
    if (typeof username === 'string' && username && typeof password === 'string')
      return { username, password }
  } catch {
    // Not there, or cut off by a crash: a new one does.
  }
  return { username: 'admin', password: randomBytes(18).toString('base64url') }
}

/** Only this user of the machine can read it. */
export async function writeClickHouseAccess(file: string, access: ClickHouseAccess): Promise<void> {
  const { url, username, password, endpoints } = access
  const several = endpoints.length > 1 ? { endpoints } : {}
  await writeFile(file, `${JSON.stringify({ url, username, password, ...several }, null, 2)}\n`, {
    mode: 0o600,
  })
}
