import { beforeEach, describe, expect, test } from 'vitest'
import { accountRights } from '../../../src/clickhouse/accounts/operator-account.ts'
import { checkAccount } from '../../../src/clickhouse/accounts/account-check.ts'
import { grantRight, rightText } from '../../../src/clickhouse/statements.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { failure, readerPassword, useServers } from './servers.ts'

const never = new AbortController().signal
const servers = useServers()
const { byHand, open } = servers
let first: string

beforeEach(() => {
  ;({ first } = servers)
})

describe('the account that `sql` describes', () => {
  const account = { username: 'operator', password: 'op-pass' }
  const request = {
    mode: 'managed',
    patterns: ['acct_*'],
    readerUser: 'acct_reader',
    allowDrop: true,
  } as const
  const rights = accountRights(request)

  async function renew(rightsToGive: readonly string[]): Promise<Server> {
    await byHand(
      0,
      'DROP USER IF EXISTS operator',
      'DROP USER IF EXISTS acct_reader',
      'DROP DATABASE IF EXISTS acct_1',
      `CREATE USER operator IDENTIFIED WITH sha256_password BY '${account.password}'`,
      ...rightsToGive,
    )
    return open({
      endpoints: [first],
      credentials: { username: account.username, password: new Redacted(account.password) },
      readerUser: 'acct_reader',
    })
  }

  /** Everything the operator ever does, in the order in which it does it. */
  async function doEverything(restricted: Server): Promise<void> {
    const snapshot = await restricted.snapshot({ maxAgeMs: 0 }, never)
    for (const view of snapshot.endpoints) if (!view.ok) throw view.error
    await restricted.createReader(first, readerPassword, never)
    await restricted.createDatabase(first, { name: 'acct_1', comment: 'm' }, never)
    await restricted.setComment(first, 'acct_1', 'n', never)
    await restricted.grantRead('acct_1', {}, never)
    await byHand(
      0,
      'CREATE TABLE acct_1.t (a UInt64) ENGINE = MergeTree ORDER BY a',
      'CREATE VIEW acct_1.v AS SELECT 1',
      "CREATE DICTIONARY acct_1.d (a UInt64) PRIMARY KEY a SOURCE(CLICKHOUSE(TABLE 't' DB 'acct_1')) LAYOUT(FLAT()) LIFETIME(0)",
    )
    await restricted.revokeRead('acct_1', {}, never)
    await restricted.dropLimit(first, never)
    const tables = await restricted.tables(first, 'acct_1', never)
    expect(tables).toHaveLength(3)
    for (const table of tables) await restricted.dropTable(first, { database: 'acct_1', table }, never)
  }

  test('is enough, and can do nothing to other databases and users', async () => {
    const restricted = await renew(rights.map(right => grantRight(right, 'operator')))
    await doEverything(restricted)
    const before = (await servers.clickHouse.statements()).length
    const held = await checkAccount(restricted, { url: first, rights }, never)
    const asked = (await servers.clickHouse.statements()).slice(before)
    expect(asked.filter(({ sql }) => sql.startsWith('CHECK GRANT'))).toHaveLength(1)
    expect(held.filter(right => !right.held)).toEqual([])
    const refused = await failure(restricted.createDatabase(first, { name: 'other_1', comment: 'm' }, never))
    expect(refused).toMatchObject({ code: 'missingPrivileges' })
    expect(String(refused)).toContain('GRANT CREATE DATABASE ON `other_1`.* TO `operator`')
    expect(await failure(restricted.grantRead('other_1', {}, never))).toMatchObject({
      code: 'missingPrivileges',
    })
    expect(await failure(restricted.setComment(first, 'default', 'x', never))).toMatchObject({
      code: 'missingPrivileges',
    })
    await restricted.close()
  })

  // The embedded engine lets everybody read its system tables; on a server those rights are needed as well.
  test.each(
    rights
      .map(right => ({ ...right, right: rightText(right) }))
      .filter(({ scope }) => scope.kind !== 'systemTable'),
  )('without $right something is refused, and the check says which', async missing => {
    const others = rights.filter(right => rightText(right) !== missing.right)
    const restricted = await renew(others.map(right => grantRight(right, 'operator')))
    expect(await failure(doEverything(restricted))).toMatchObject({ code: 'missingPrivileges' })
    if (!missing.privileges.startsWith('SHOW USERS')) {
      const checked = await checkAccount(restricted, { url: first, rights }, never)
      const statement = grantRight(missing, 'operator')
      expect(checked.filter(right => !right.held).map(right => grantRight(right, right.username))).toEqual([
        statement,
      ])
    }
    await restricted.close()
  })

  test('a right to read without the right to pass it on is not enough, and the check sees that', async () => {
    const weaker = rights.map(right => grantRight({ ...right, grantOption: false }, 'operator'))
    const restricted = await renew(weaker)
    expect(await failure(doEverything(restricted))).toMatchObject({ code: 'missingPrivileges' })
    const checked = await checkAccount(restricted, { url: first, rights }, never)
    expect(checked.filter(right => !right.held).map(rightText)).toEqual(['SELECT ON `acct_`*.*'])
    await restricted.close()
  })
})
