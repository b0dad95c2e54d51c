/** What rows do and look at alike. */
import { expect } from 'vitest'
import { dataOf } from '../../../../src/api/core-objects.ts'
import type { Corner } from '../corner/corner.ts'
import type { Faces } from '../faces.ts'

const forever = new AbortController().signal

export const table = (name: string): string => `CREATE TABLE ${name} (x Int8) ENGINE = MergeTree ORDER BY x`

/** The statement or command that the object itself says to run. */
export function statementIn({ conditions }: Faces, pattern: RegExp): string {
  const messages = Object.values(conditions).map(({ message }) => message)
  const found = messages.flatMap(message => pattern.exec(message)?.[0] ?? [])
  return found[0] ?? expect.fail(`no message has ${pattern}: ${messages.join('; ')}`)
}

export async function readerPassword(corner: Corner): Promise<string> {
  const secret = await corner.world.secrets.get(corner.key('default-reader'), forever)
  return (secret && dataOf(secret, 'password')) ?? expect.fail('the reader has no Secret')
}

/** As an administrator would, beside the operator. */
export async function giveByRole(corner: Corner): Promise<void> {
  const role = `role_${corner.id}`
  await corner.sql([
    `CREATE ROLE OR REPLACE ${role}`,
    `GRANT SELECT ON ${corner.database()}.* TO ${role}`,
    `GRANT ${role} TO ${corner.reader}`,
  ])
  // What is given by hand is seen by the next look.
  await corner.lookNow()
}

/** A query as DataLens would make it, on the server itself. */
export async function asReader(corner: Corner, query: string): Promise<readonly (readonly string[])[]> {
  const password = await readerPassword(corner)
  return await corner.world.sqlAs({ username: corner.reader, password }, query)
}

/** The tenant's database opens, whatever the operator can see of it. */
export async function readerOpens(corner: Corner): Promise<void> {
  await expect(asReader(corner, opening(corner))).resolves.toEqual([[corner.database()]])
}

/** What is shut to a user is not there for it. */
function opening(corner: Corner): string {
  return `SELECT name FROM system.databases WHERE name = '${corner.database()}'`
}

/** Runs the command that makes a Secret, as it stands in the message, with these values. */
export async function makeSecret(
  { world }: Corner,
  faces: Faces,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const words = statementIn(faces, /kubectl -n \S+ create secret generic .*$/)
    .split(' ')
    .slice(1)
  const filled = words.map(word => {
    const [, part = ''] = /^--from-(?:literal|file)=([^=]+)=/.exec(word) ?? []
    return values[part] === undefined ? word : `--from-literal=${part}=${values[part]}`
  })
  await world.kubectl(filled)
}
