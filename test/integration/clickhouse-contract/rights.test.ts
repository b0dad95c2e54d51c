/** What the operator takes for granted of users and grants on a ClickHouse server, and of its own account. */
import { describe, expect, test } from 'vitest'
import { codeOfFailure } from '../../cluster/clickhouse-under-test.ts'
import { literal, quote, readerSettings, useContract } from './contract.ts'

const contract = useContract()
const { as, run, rows, code, http, made, databaseName, makeDatabase, makeUser } = contract
const { grantsOf, tellsWildcards } = contract

describe('users', () => {
  test('log in with the password behind a salted hash, and with no other', async () => {
    const { client, username } = await makeUser('salted')
    expect(await rows('SELECT 1', client)).toEqual([[1]])
    expect(
      await codeOfFailure(rows('SELECT 1', as({ username, password: 'password-of-saltedc0ffee' }))),
    ).toBe(516)
  })

  test('are said to be kept where SQL can change them', async () => {
    const { username } = await makeUser('kept')
    const stored = await rows(
      `SELECT u.storage, d.type FROM system.users AS u LEFT JOIN system.user_directories AS d ON d.name = u.storage WHERE u.name = ${literal(username)}`,
    )
    expect(stored).toHaveLength(1)
    expect(['local_directory', 'replicated']).toContain(stored[0]?.[1])
  })

  test('exist once: 493, unless IF NOT EXISTS', async () => {
    const { username, client } = await makeUser('once')
    expect(await code(`CREATE USER ${username} IDENTIFIED WITH no_password`)).toBe(493)
    await run(`CREATE USER IF NOT EXISTS ${username} IDENTIFIED WITH sha256_password BY 'other'`)
    expect(await rows('SELECT 1', client)).toEqual([[1]])
  })

  test('get another password and settings', async () => {
    const { username } = await makeUser('altered')
    await run(`ALTER USER ${username} IDENTIFIED WITH sha256_password BY 'changed'`)
    await run(`ALTER USER ${username} SETTINGS readonly = 2, max_threads = 1`)
    const changed = as({ username, password: 'changed' })
    expect(await rows("SELECT getSetting('readonly')", changed)).toEqual([[2]])
    await run(`ALTER USER ${username} SETTINGS readonly = 0`)
    expect(await rows("SELECT getSetting('readonly')", changed)).toEqual([[0]])
  })

  test('are gone after DROP: 516 for them, 192 for who looks for them', async () => {
    const { username, client } = await makeUser('dropped')
    await run(`DROP USER ${username}`)
    expect(await codeOfFailure(rows('SELECT 1', client))).toBe(516)
    expect(await code(`DROP USER ${username}`)).toBe(192)
    expect(await code(`ALTER USER ${username} SETTINGS readonly = 2`)).toBe(192)
    await run(`DROP USER IF EXISTS ${username}`)
    expect(await rows(`SELECT name FROM system.users WHERE name = ${literal(username)}`)).toEqual([])
  })
})

describe('grants', () => {
  test('to a user that is missing fail with 511', async () => {
    expect(await code('GRANT SELECT ON a.* TO surely_not_there')).toBe(511)
    expect(await code('REVOKE SELECT ON a.* FROM surely_not_there')).toBe(511)
  })

  test('come in batches, may precede the database, and are taken back in batches', async () => {
    const { username } = await makeUser('batched', readerSettings)
    const names = ['b_1', 'b_2', 'b_3'].map(name => `${contract.server.prefix}_${name}`)
    await run(`GRANT ${names.map(name => `SELECT ON ${quote(name)}.*`).join(', ')} TO ${username}`)
    expect(await grantsOf(username)).toEqual(names.map(name => [name, null, 0, 0]))
    await run(
      `REVOKE ${names
        .slice(1)
        .map(name => `SELECT ON ${quote(name)}.*`)
        .join(', ')} FROM ${username}`,
    )
    expect(await grantsOf(username)).toEqual([[names[0], null, 0, 0]])
  })

  test('outlive a dropped database', async () => {
    const { username } = await makeUser('outlived', readerSettings)
    const name = await makeDatabase('short_lived')
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    await run(`DROP DATABASE ${quote(name)} SYNC`)
    expect(await grantsOf(username)).toEqual([[name, null, 0, 0]])
  })

  test('under a wider one leave no row; what is revoked from it is a row of its own', async () => {
    const { username } = await makeUser('wide', readerSettings)
    await run(`GRANT SELECT ON *.* TO ${username}`)
    await run(`GRANT SELECT ON narrow.* TO ${username}`)
    expect(await grantsOf(username)).toEqual([[null, null, 0, 0]])
    await run(`REVOKE SELECT ON taken_away.* FROM ${username}`)
    expect(await grantsOf(username)).toEqual([
      ['taken_away', null, 1, 0],
      [null, null, 0, 0],
    ])
  })

  test('take an asterisk outside of backticks for a wildcard, inside for itself', async () => {
    const { username } = await makeUser('wild', readerSettings)
    await run(`GRANT SELECT ON wild_*.*, SELECT ON ${quote('literal_*')}.* TO ${username}`)
    expect(await grantsOf(username)).toEqual([
      ['literal_*', null, 0, 0],
      ['wild_', null, 0, (await tellsWildcards()) ? 1 : 0],
    ])
    const shown = await rows(`SHOW GRANTS FOR ${username}`)
    expect(shown.map(([line]) => String(line)).toSorted()).toEqual([
      `GRANT SELECT ON \`literal_*\`.* TO ${username}`,
      `GRANT SELECT ON wild_*.* TO ${username}`,
    ])
  })

  test('come through roles as well', async () => {
    const role = `${contract.server.prefix}_role`
    made.roles.add(role)
    const name = await makeDatabase('by_role', { tables: 1 })
    const { username, client } = await makeUser('member', readerSettings)
    await run(`CREATE ROLE ${role}`)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${role}`)
    await run(`GRANT ${role} TO ${username}`)
    expect(await rows(`SELECT toUInt8(count()) FROM ${quote(name)}.t0`, client)).toEqual([[3]])
    expect(
      await rows(`SELECT granted_role_name FROM system.role_grants WHERE user_name = ${literal(username)}`),
    ).toEqual([[role]])
    await run(`REVOKE ${role} FROM ${username}`)
    expect(await codeOfFailure(rows(`SELECT count() FROM ${quote(name)}.t0`, client))).toBe(497)
    await run(`DROP ROLE ${role}`)
  })
})

describe('an account with few rights', () => {
  test('creates, marks and grants on its names, and on no others', async () => {
    const { username, client } = await makeUser('operator')
    const reader = await makeUser('its_reader', readerSettings)
    const own = databaseName('own_1')
    const foreign = databaseName('foreign_1')
    await run(`GRANT CREATE DATABASE, ALTER DATABASE ON ${contract.server.prefix}_own_*.* TO ${username}`)
    await run(`GRANT SELECT ON ${contract.server.prefix}_own_*.* TO ${username} WITH GRANT OPTION`)

    await run(`CREATE DATABASE ${quote(own)} COMMENT 'mine'`, client)
    await run(`ALTER DATABASE ${quote(own)} MODIFY COMMENT 'still mine'`, client)
    await run(`GRANT SELECT ON ${quote(own)}.* TO ${reader.username}`, client)
    expect(await grantsOf(reader.username)).toEqual([[own, null, 0, 0]])
    expect(await rows(`SELECT comment FROM system.databases WHERE name = ${literal(own)}`, client)).toEqual([
      ['still mine'],
    ])

    expect(await code(`CREATE DATABASE ${quote(foreign)}`, client)).toBe(497)
    expect(await code(`GRANT SELECT ON ${quote(foreign)}.* TO ${reader.username}`, client)).toBe(497)
    expect(await code(`GRANT INSERT ON ${quote(own)}.* TO ${reader.username}`, client)).toBe(497)
    expect(await code(`CREATE USER ${contract.server.prefix}_by_operator`, client)).toBe(497)
    expect(await code(`DROP USER ${reader.username}`, client)).toBe(497)
    expect(await codeOfFailure(rows('SELECT * FROM system.grants', client))).toBe(497)
  })

  test('is told which rights it has, though not whether it may pass them on', async () => {
    const { username, password } = await makeUser('asking')
    await run(`GRANT CREATE DATABASE ON asked_*.* TO ${username}`)
    const check = async (right: string): Promise<string> =>
      await (await http(`CHECK GRANT ${right}`, {}, { username, password })).text()
    expect(await check('CREATE DATABASE ON asked_1.*')).toBe('1\n')
    expect(await check('CREATE DATABASE ON another.*')).toBe('0\n')
    expect(await check('SELECT ON asked_1.*')).toBe('0\n')
    expect(await check('CREATE DATABASE ON asked_1.*, CREATE DATABASE ON asked_2.*')).toBe('1\n')
    expect(await check('CREATE DATABASE ON asked_1.*, CREATE DATABASE ON another.*')).toBe('0\n')
    expect(await check('SELECT ON asked_1.*, CREATE DATABASE ON asked_1.*')).toBe('0\n')
  })

  test('with CREATE USER on one name makes that user alone', async () => {
    const { username, client } = await makeUser('maker')
    const allowed = `${contract.server.prefix}_allowed`
    made.users.add(allowed)
    await run(`GRANT CREATE USER ON ${allowed} TO ${username}`)
    await run(`CREATE USER ${allowed} IDENTIFIED WITH sha256_password BY 'x' SETTINGS readonly = 2`, client)
    expect(await code(`CREATE USER ${contract.server.prefix}_not_allowed IDENTIFIED BY 'x'`, client)).toBe(
      497,
    )
  })
})
