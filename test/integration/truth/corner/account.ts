/** An account of a row's own that the operator works by, as the documentation has it made. */
import { accountRights } from '../../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../../src/clickhouse/statements.ts'
import type { Corner } from './corner.ts'

const password = 'p'

/** @returns the credentials that a connection takes */
export async function makeAccount(corner: Corner): Promise<Readonly<Record<string, string>>> {
  const { account } = corner
  await corner.sql([
    `CREATE USER ${account} IDENTIFIED WITH sha256_password BY '${password}'`,
    ...rightsOf(corner),
  ])
  return { username: account, password }
}

/** The statements that give the account all its rights. */
export function rightsOf({ account, reader, prefix }: Corner): readonly string[] {
  const wanted = {
    mode: 'managed',
    readerUser: reader,
    allowDrop: true,
    patterns: [`${prefix}*`],
  } as const
  return accountRights(wanted).map(right => grantRight(right, account))
}
