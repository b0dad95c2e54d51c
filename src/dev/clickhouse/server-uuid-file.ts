import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The server's own uuid, made at its first start and kept in the file that a server keeps it in. */
export function serverUuidIn(directory: string): string {
  const path = join(directory, 'uuid')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    const uuid = randomUUID()
    writeFileSync(path, `${uuid}\n`)
    return uuid
  }
}
