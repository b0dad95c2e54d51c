/** What the operator takes for granted of what a reader may do on a ClickHouse server. */
import { describe, expect, test } from 'vitest'
import { codeOfFailure } from '../../cluster/clickhouse-under-test.ts'
import { literal, quote, readerSettings, useContract } from './contract.ts'

const contract = useContract()
const { run, rows, code, http, makeDatabase, makeUser } = contract

describe('the reader', () => {
  const dataLensSettings = {
    readonly: '2',
    join_use_nulls: '1',
    send_progress_in_http_headers: '0',
    output_format_json_quote_denormals: '1',
    max_result_rows: '1000',
    wait_end_of_query: '1',
  }

  test('reads what it was granted and nothing else', async () => {
    const [open, shut] = [
      await makeDatabase('open', { tables: 1 }),
      await makeDatabase('shut', { tables: 1 }),
    ]
    const { username, client, password } = await makeUser('reader', readerSettings)
    await run(`GRANT SELECT ON ${quote(open)}.* TO ${username}`)
    expect(await rows(`SELECT x FROM ${quote(open)}.t0 ORDER BY x DESC`, client)).toEqual([[3], [2], [1]])
    expect(await codeOfFailure(rows(`SELECT x FROM ${quote(shut)}.t0`, client))).toBe(497)
    const answer = await http(`SELECT count() FROM ${quote(shut)}.t0`, dataLensSettings, {
      username,
      password,
    })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(`${username}: Not enough privileges.`)
    expect(await rows("SELECT database, name FROM system.tables WHERE database != 'system'", client)).toEqual(
      [[open, 't0']],
    )
    expect(await rows(`SELECT name FROM system.columns WHERE database = ${literal(shut)}`, client)).toEqual(
      [],
    )
  })

  test('loses access with the grant', async () => {
    const name = await makeDatabase('revoked', { tables: 1 })
    const { username, client } = await makeUser('cut_off', readerSettings)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    expect(await rows(`SELECT toUInt8(count()) FROM ${quote(name)}.t0`, client)).toEqual([[3]])
    await run(`REVOKE SELECT ON ${quote(name)}.* FROM ${username}`)
    expect(await codeOfFailure(rows(`SELECT count() FROM ${quote(name)}.t0`, client))).toBe(497)
  })

  test('may send the settings of DataLens', async () => {
    const { username, password } = await makeUser('datalens', readerSettings)
    const query = "SELECT getSetting('readonly'), toUInt8(getSetting('join_use_nulls')) FORMAT TSV"
    expect(await (await http(query, dataLensSettings, { username, password })).text()).toBe('2\t1\n')
  })

  test('may not lift its readonly, and with readonly = 1 not send settings at all (164)', async () => {
    const two = await makeUser('readonly_two', readerSettings)
    const one = await makeUser('readonly_one', 'SETTINGS readonly = 1')
    const lifted = await http('SELECT 1', { readonly: '0' }, two)
    expect(lifted.headers.get('x-clickhouse-exception-code')).toBe('164')
    const setting = await http('SELECT 1', { join_use_nulls: '1' }, one)
    expect(setting.headers.get('x-clickhouse-exception-code')).toBe('164')
  })

  test('cannot write: 497 without the right, 164 with it', async () => {
    const name = await makeDatabase('written', { tables: 1 })
    const { username, client } = await makeUser('writer', readerSettings)
    const insert = `INSERT INTO ${quote(name)}.t0 VALUES (4)`
    expect(await code(`CREATE DATABASE ${contract.server.prefix}_by_reader`, client)).toBe(497)
    expect(await code(insert, client)).toBe(497)
    await run(`GRANT SELECT, INSERT ON ${quote(name)}.* TO ${username}`)
    expect(await code(insert, client)).toBe(164)
  })

  test('describes and checks tables it may read', async () => {
    const name = await makeDatabase('described', { tables: 1 })
    const { username, client } = await makeUser('describer', readerSettings)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    expect((await rows(`DESCRIBE TABLE ${quote(name)}.t0`, client))[0]?.slice(0, 2)).toEqual(['x', 'UInt32'])
    expect(await rows(`EXISTS TABLE ${quote(name)}.t0`, client)).toEqual([[1]])
    expect(await rows(`EXISTS TABLE ${quote(name)}.t1`, client)).toEqual([[0]])
  })

  test('is refused a view on what it may not read, until that reads as its definer', async () => {
    const [open, shut] = [await makeDatabase('viewed'), await makeDatabase('hidden', { tables: 1 })]
    const { username, client, password } = await makeUser('viewer', readerSettings)
    const mayRead = async (database: string): Promise<string> =>
      await (await http(`CHECK GRANT SELECT ON ${quote(database)}.*`, {}, { username, password })).text()
    await run(`CREATE VIEW ${quote(open)}.v AS SELECT x FROM ${quote(shut)}.t0`)
    await run(`GRANT SELECT ON ${quote(open)}.* TO ${username}`)
    const read = `SELECT 1 FROM ${quote(open)}.v LIMIT 0`
    expect(await codeOfFailure(rows(read, client))).toBe(497)
    expect([await mayRead(open), await mayRead(shut)]).toEqual(['1\n', '0\n'])
    const { username: definer } = contract.server.admin
    await run(`ALTER TABLE ${quote(open)}.v MODIFY SQL SECURITY DEFINER DEFINER = ${quote(definer)}`)
    expect(await rows(read, client)).toEqual([])
    expect(await codeOfFailure(rows(`SELECT 1 FROM ${quote(shut)}.t0 LIMIT 0`, client))).toBe(497)
  })

  test('does not see the rights of others', async () => {
    const { client } = await makeUser('curious', readerSettings)
    expect(await codeOfFailure(rows('SELECT * FROM system.grants', client))).toBe(497)
  })
})
