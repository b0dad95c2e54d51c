/** What the reader is tried on: tenants' tables and views, whatever state they are in, on a real engine. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Rig } from '../../clickhouse-connection/rig.ts'
import { useRigs } from './rigs.ts'

const rigs = useRigs()
let rig: Rig

const everywhere = async (...statements: readonly string[]): Promise<void> => {
  for (const at of [0, 1]) for (const sql of statements) await rig.sql(sql, at)
}
const look = async () => {
  rig.clock.skip(10_000)
  await rig.sync()
  return await rig.status()
}
const table = (name: string): string => `CREATE TABLE ${name} (x Int8) ENGINE = MergeTree ORDER BY x`

beforeEach(async () => {
  rig = await rigs.open()
  await rig.sync()
  await rig.tenant('a')
  // The other database that views read: no tenant's, and never granted.
  await everywhere(`CREATE DATABASE ${rig.database('other')}`, table(`${rig.database('other')}.t`))
})

describe('where nothing but a view without its source is there', () => {
  beforeEach(async () => {
    const a = rig.database('a')
    await everywhere(
      table(`${a}.gone`),
      `CREATE VIEW ${a}.v AS SELECT * FROM ${a}.gone`,
      `DROP TABLE ${a}.gone`,
    )
  })

  test('a reader that is not read-only is told at once, and that it is again', async () => {
    await everywhere(`ALTER USER ${rig.reader} SETTINGS readonly = 0`)
    const wrong = await look()
    expect(wrong.short('ReaderVerified')).toBe('False ReaderNotReadOnly')
    expect(wrong.status?.reader?.readonly).toBe(0)
    await everywhere(`ALTER USER ${rig.reader} SETTINGS readonly = 2`)
    const right = await look()
    expect(right.short('ReaderVerified')).toBe('Unknown ReaderUnverified')
    expect(right.message('ReaderVerified')).toContain(`\`${rig.database('a')}\`.\`v\``)
    expect(right.message('ReaderVerified')).toContain('readonly is 2')
  })

  test('another table, and else another database, is tried', async () => {
    await rig.tenant('b')
    await everywhere(table(`${rig.database('b')}.t`))
    const other = await look()
    expect(other.short('ReaderVerified')).toBe('True ReaderVerified')
    expect(other.message('ReaderVerified')).toContain('a granted database opens')
    await everywhere(`DROP DATABASE ${rig.database('b')}`, table(`${rig.database('a')}.t`))
    expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
  })
})

describe('a view that reads another database', () => {
  test('is named, alone and beside a table, and the remedy helps', async () => {
    const [a, other] = [rig.database('a'), rig.database('other')]
    await everywhere(`CREATE VIEW ${a}.v AS SELECT * FROM ${other}.t`)
    for (const beside of [[], [table(`${a}.t`)]]) {
      await everywhere(...beside)
      const told = await look()
      expect(told.short('Ready')).toBe('True Ready')
      expect(told.short('ReaderVerified')).toBe('False ViewRefused')
      expect(told.message('ReaderVerified')).toContain(`\`${a}\`.\`v\``)
      expect(told.message('ReaderVerified')).not.toContain('SHOW GRANTS')
    }
    await everywhere(await remedy())
    expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
  })

  test('may be a materialized one, and a buffer is as good as one', async () => {
    const [a, other] = [rig.database('a'), rig.database('other')]
    await everywhere(
      `CREATE MATERIALIZED VIEW ${a}.m ENGINE = MergeTree ORDER BY x AS SELECT x FROM ${other}.t`,
      `CREATE TABLE ${a}.b AS ${other}.t ENGINE = Buffer(${other}, t, 1, 10, 100, 10, 100, 10, 100)`,
    )
    const told = await look()
    expect(told.short('ReaderVerified')).toBe('False ViewRefused')
    expect(told.message('ReaderVerified')).toContain(`\`${a}\`.\`b\`, \`${a}\`.\`m\``)
    await everywhere(await remedy(), `DROP TABLE ${a}.b`)
    expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
  })

  test('is not blamed where it is the right on the database that is missing', async () => {
    const [a, other] = [rig.database('a'), rig.database('other')]
    await everywhere(
      `CREATE VIEW ${a}.v AS SELECT * FROM ${other}.t`,
      `REVOKE SELECT ON ${a}.* FROM ${rig.reader}`,
    )
    expect((await look()).message('ReaderVerified')).not.toContain('`v`')
  })

  async function remedy(): Promise<string> {
    const message = (await rig.status()).message('ReaderVerified')
    return /ALTER TABLE \S+ MODIFY SQL SECURITY DEFINER/.exec(message)?.[0] ?? ''
  }
})

test('what cannot be read as a table is not tried, and what is huge or slow opens at once', async () => {
  const [a, other] = [rig.database('a'), rig.database('other')]
  await everywhere(
    `CREATE VIEW ${a}.asks AS SELECT {p:Int8} AS x`,
    `CREATE DICTIONARY ${a}.words (x UInt64, y UInt64) PRIMARY KEY x SOURCE(CLICKHOUSE(DB '${other}' TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)`,
  )
  const told = await look()
  expect(told.short('ReaderVerified')).toBe('True ReaderVerified')
  expect(told.message('ReaderVerified')).toContain('a granted database opens')
  await everywhere(
    `CREATE VIEW ${a}.endless AS SELECT sum(sleepEachRow(1)) AS x FROM numbers(1000000)`,
    `CREATE VIEW ${a}.huge AS SELECT number % 3 AS k, count() AS c FROM numbers(1000000000000) GROUP BY k`,
    table(`${a}.t`),
    `INSERT INTO ${a}.t SELECT 1 FROM numbers(2000000)`,
    `CREATE VIEW ${a}.sums AS SELECT (SELECT sum(number) FROM numbers(100000000000)) AS x`,
  )
  const opened = await look()
  expect(opened.short('ReaderVerified')).toBe('True ReaderVerified')
  expect(opened.message('ReaderVerified')).not.toContain('cannot be read')
})

test('a table that is refused although the grants name its database is no work under way', async () => {
  const a = rig.database('a')
  await everywhere(table(`${a}.t`))
  await rigs.clickHouse.setFault(1, { kind: 'error', code: 497, matching: /^SELECT 1 FROM `/ })
  const told = await look()
  expect(told.short('ReaderVerified')).toBe('False GrantIneffective')
  expect(told.message('ReaderVerified')).toContain(`\`${a}\``)
  expect(told.message('ReaderVerified')).toContain(new URL(rigs.clickHouse.endpoints[1] ?? '').host)
  await rigs.clickHouse.setFault(1)
  expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
})

test('a quota that ends the trial anywhere is told, with what is known', async () => {
  await everywhere(table(`${rig.database('a')}.t`))
  const places = [/getSetting/, /^SELECT 1 FORMAT/, /engine, .* FROM system.tables/, /^SELECT 1 FROM `/]
  for (const matching of places) {
    await rigs.clickHouse.setFault(1, { kind: 'error', code: 201, symbol: 'QUOTA_EXCEEDED', matching })
    const told = await look()
    expect(told.short('ReaderVerified')).toBe('Unknown ReaderUnverified')
    expect(told.message('ReaderVerified')).toContain('QUOTA_EXCEEDED')
    expect(told.message('ReaderVerified')).toContain('a granted database opens')
  }
  await rigs.clickHouse.setFault(1)
  expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
})

test('a profile that forbids the bounds of a trial has bounds of its own', async () => {
  await everywhere(table(`${rig.database('a')}.t`))
  await rigs.clickHouse.setFault(1, { kind: 'error', code: 452, matching: /^SELECT 1 FROM `/, times: 1 })
  expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
})

test('a view that fails as a server, a network or a memory may tells so of itself, not of the reader', async () => {
  const a = rig.database('a')
  await everywhere(table(`${a}.t`), `CREATE VIEW ${a}.v AS SELECT 1 AS x`)
  for (const code of [516, 210, 241]) {
    await rigs.clickHouse.setFault(1, { kind: 'error', code, matching: /^SELECT 1 FROM \S+`v`/ })
    const told = await look()
    expect(told.short('ReaderVerified')).toBe('True ReaderVerified')
    expect(told.message('ReaderVerified')).toContain(`(code ${code})`)
  }
})

test('a settled fleet is tried in eight statements an endpoint, whatever is in its databases', async () => {
  const [a, other] = [rig.database('a'), rig.database('other')]
  await everywhere(
    table(`${a}.t`),
    `CREATE VIEW ${a}.v AS SELECT * FROM ${a}.t`,
    `CREATE VIEW ${a}.w AS SELECT * FROM ${a}.t`,
    `CREATE VIEW ${other}.v AS SELECT * FROM ${other}.t`,
  )
  await look()
  const before = (await rigs.clickHouse.statements()).length
  expect((await look()).short('ReaderVerified')).toBe('True ReaderVerified')
  const sent = (await rigs.clickHouse.statements()).slice(before).map(({ sql }) => sql)
  const tried = sent.filter(sql =>
    /getSetting|^SELECT 1 F|FROM system.tables|^CHECK GRANT|SELECT count\(\) FROM system.databases/.test(sql),
  )
  expect(tried.length).toBeGreaterThanOrEqual(2)
  expect(tried.length / 2).toBeLessThanOrEqual(8)
})
