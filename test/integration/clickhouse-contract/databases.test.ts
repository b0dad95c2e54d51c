/** What the operator takes for granted of databases on a ClickHouse server. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { literal, quote, useContract } from './contract.ts'

const contract = useContract()
const { run, rows, code, databaseName, makeDatabase } = contract

describe('databases', () => {
  const describeDatabase = async (name: string): Promise<unknown[] | undefined> =>
    (
      await rows(`SELECT toString(uuid), comment, engine FROM system.databases WHERE name = ${literal(name)}`)
    )[0]

  test('are created with a uuid and a comment of our choice, without special settings', async () => {
    const name = databaseName('with_uuid')
    const uuid = randomUUID()
    await run(`CREATE DATABASE ${quote(name)} UUID '${uuid}' ENGINE = Atomic COMMENT 'a mark'`)
    expect(await describeDatabase(name)).toEqual([uuid, 'a mark', 'Atomic'])
  })

  test('fail with 82 when the name is taken; IF NOT EXISTS succeeds and keeps the old comment', async () => {
    const name = databaseName('taken')
    await run(`CREATE DATABASE ${quote(name)} COMMENT 'first'`)
    expect(await code(`CREATE DATABASE ${quote(name)} COMMENT 'second'`)).toBe(82)
    await run(`CREATE DATABASE IF NOT EXISTS ${quote(name)} COMMENT 'third'`)
    expect((await describeDatabase(name))?.[1]).toBe('first')
  })

  test('are created once when many try at the same time', async () => {
    const name = databaseName('race')
    const codes = await Promise.all(Array.from({ length: 8 }, () => code(`CREATE DATABASE ${quote(name)}`)))
    expect(codes.filter(each => each === 0)).toHaveLength(1)
    expect(codes.filter(each => each !== 0 && each !== 82)).toEqual([])
  })

  test('get another comment and keep their uuid', async () => {
    const name = databaseName('comment')
    await run(`CREATE DATABASE ${quote(name)} COMMENT 'before'`)
    const before = await describeDatabase(name)
    await run(`ALTER DATABASE ${quote(name)} MODIFY COMMENT ${literal("it's \\ after")}`)
    expect(await describeDatabase(name)).toEqual([before?.[0], "it's \\ after", 'Atomic'])
    expect(await code(`ALTER DATABASE surely_not_there MODIFY COMMENT ''`)).toBe(81)
  })

  test('stay, with their comment, when their tables are truncated away', async () => {
    const name = await makeDatabase('emptied', { tables: 2 })
    await run(`ALTER DATABASE ${quote(name)} MODIFY COMMENT 'kept'`)
    await run(`TRUNCATE DATABASE ${quote(name)}`)
    expect(await rows(`SELECT name FROM system.tables WHERE database = ${literal(name)}`)).toEqual([])
    expect((await describeDatabase(name))?.[1]).toBe('kept')
  })

  test('tell the size of their tables; a table over the limit is not dropped (359)', async () => {
    const name = await makeDatabase('sizes', { tables: 1 })
    const sizes = await rows(
      `SELECT name, total_bytes > 0 FROM system.tables WHERE database = ${literal(name)}`,
    )
    expect(sizes).toEqual([['t0', 1]])
    expect(await code(`DROP TABLE ${quote(name)}.t0 SETTINGS max_table_size_to_drop = 1`)).toBe(359)
    expect(await code(`DROP TABLE ${quote(name)}.t0 SYNC`)).toBe(0)
    expect(await code(`DROP TABLE ${quote(name)}.t0 SYNC`)).toBe(60)
  })

  test.each(['with space', 'back`tick', "quo'te", 'back\\slash', 'aster*isk', 'ünï', '1digit', 'sel;ect'])(
    'can be called "%s" when quoted',
    async suffix => {
      const name = databaseName(suffix)
      const [formatted] = await rows(
        `SELECT formatQuerySingleLine(${literal(`CREATE DATABASE ${quote(name)}`)})`,
      )
      expect(formatted?.[0]).toMatch(/^CREATE DATABASE /)
      await run(`CREATE DATABASE ${quote(name)}`)
      expect(await rows(`SELECT name FROM system.databases WHERE name = ${literal(name)}`)).toEqual([[name]])
    },
  )
})
