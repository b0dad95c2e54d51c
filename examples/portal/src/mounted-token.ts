/** A tenant's access token, read from the mounted Secret of its ConnectorTenant. */
import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'

export interface AccessToken {
  readonly token: string
  readonly database: string
  /** The same as long as the token is. It gives nothing of it away. */
  readonly version: string
}

/** Read whenever it is needed, as the operator replaces it. `undefined` while there is none. */
export async function readToken(folder: string, attempts = 3): Promise<AccessToken | undefined> {
  try {
    // Kubernetes changes all files at once, by pointing this link elsewhere. Read behind it, they belong together.
    const current = await realpath(join(folder, '..data')).catch(() => folder)
    const [token = '', database = ''] = await Promise.all(
      ['token', 'database'].map(async name => (await readFile(join(current, name), 'utf8')).trim()),
    )
    const version = createHash('sha256').update(token).digest('base64url').slice(0, 16)
    return token === '' ? undefined : { token, database, version }
  } catch {
    // The version that was read may have been removed in favour of the next.
    return attempts > 1 ? await readToken(folder, attempts - 1) : undefined
  }
}
