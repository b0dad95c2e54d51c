// Whose rows come out of ClickHouse, whoever asks and however.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connected } from '../../../src/cli/chain/sandbox-api.ts'
import { startPlace, tenants, type Place } from './place.ts'

let place: Place
let first: (source: string) => string
let second: (source: string) => string

beforeAll(async () => {
  place = await startPlace()
  first = await place.open('client_1')
  second = await place.open('client_2')
})
afterAll(() => place.close())

/** What the chart `revenue` has to show, asked as the administrator. */
async function revenueOf(database: string, where = '1'): Promise<number> {
  const [row] = await place.rows(`SELECT toFloat64(sum(amount)) FROM ${database}.orders WHERE ${where}`)
  return Number(row?.[0])
}

async function shownBy(token: string, body?: unknown): Promise<unknown> {
  const { status, body: answer } = await place.run(token, body)
  return status === 200 ? answer.data.rows[0]?.[0] : status
}

test('the first token binds the content of the file, and the next one a copy of it', () => {
  expect(first('revenue')).toBe('revenue')
  expect(second('revenue')).toMatch(/^[0-9a-z]{13}$/)
})

test('each connection shows the rows of its own database', async () => {
  for (const [database, idOf] of [
    ['client_1', first],
    ['client_2', second],
  ] as const) {
    const token = await place.sign(await place.embed({ entryId: idOf('revenue') }))
    expect(await shownBy(token)).toBe(await revenueOf(database))
    expect(await shownBy(token, { params: { database: 'client_1', tenant: 'client_1' } })).toBe(
      await revenueOf(database),
    )
  }
  expect(await revenueOf('client_1')).not.toBe(await revenueOf('client_2'))
})

test('an entry that is none of the embed’s is refused with 409, and given once it is a dependency', async () => {
  const { privateKey, embedId } = await place.embed({ entryId: first('revenue') })
  const token = await place.sign({ privateKey, embedId })
  const outdated = {
    code: 'ERR.CHARTS.OUTDATED_DEPENDENCIES',
    extra: { message: 'Dependencies of embed are outdated', hideRetry: true },
  }
  for (const id of [first('pieces'), second('revenue'), 'nothing', 'orders']) {
    const { status, body } = await place.run(token, { id })
    expect({ status, body }).toEqual({ status: 409, body: outdated })
  }
  const { body: listed } = await place.ask<readonly { readonly embeddingSecretId: string }[]>(
    '/rpc/listEmbeds',
    {
      body: { entryId: first('revenue') },
    },
  )
  const fields = { ...listed.at(-1), embedId, depsIds: [first('pieces')] }
  expect((await place.ask('/rpc/updateEmbed', { body: fields })).status).toBe(200)
  expect((await place.run(token, { id: first('pieces') })).status).toBe(200)
  expect((await place.run(token, { id: second('revenue') })).status).toBe(409)
})

describe('parameters', () => {
  test('a signed one wins over the address', async () => {
    const embed = await place.embed({ entryId: first('revenue') })
    const north = await revenueOf('client_1', "region = 'north'")
    const token = await place.sign(embed, { region: 'north' })
    expect(await shownBy(token)).toBe(north)
    expect(await shownBy(token, { params: { region: 'south' } })).toBe(north)
    expect(await shownBy(token, { params: { region: [] } })).toBe(north)
    const unsigned = await place.sign(embed)
    expect(await shownBy(unsigned, { params: { region: ['north'] } })).toBe(north)
  })

  test('of the address count as the embed says', async () => {
    const [all, north] = [await revenueOf('client_1'), await revenueOf('client_1', "region = 'north'")]
    for (const [fields, shown] of [
      [{ publicParamsMode: true, unsignedParams: ['region'] }, north],
      [{ publicParamsMode: true, unsignedParams: [] }, all],
      [{ publicParamsMode: false, privateParams: [] }, north],
      [{ publicParamsMode: false, privateParams: ['region'] }, all],
    ] as const) {
      const token = await place.sign(await place.embed({ entryId: first('revenue'), ...fields }))
      expect(await shownBy(token, { params: { region: 'north' } })).toBe(shown)
    }
  })

  test('that are strange change nothing', async () => {
    const token = await place.sign(await place.embed({ entryId: first('revenue') }))
    const all = await revenueOf('client_1')
    const nested = await place.run(token, '{"params": {"__proto__": {"region": "north"}}}')
    expect(nested.status).toBe(400)
    for (const params of ['{"constructor": "x", "toString": ["y"]}', `{"unknown": "${'x'.repeat(100_000)}"}`])
      expect(await shownBy(token, `{"params": ${params}}`)).toBe(all)
    expect(await shownBy(token, '{"params": {"__proto__": "north"}}')).toBe(all)
    expect(await shownBy(token, { params: { region: "north' OR 1 = 1 --" } })).toBe(0)
    expect(await shownBy(token, { params: { region: 'x'.repeat(100_000) } })).toBe(0)
    expect(await shownBy(token, '{"params": {"region": "south", "region": "north"}}')).toBe(
      await revenueOf('client_1', "region = 'north'"),
    )
  })
})

describe('row-level security', () => {
  const usersIn = (rows: readonly (readonly unknown[])[]): unknown[] => [...new Set(rows.map(row => row[3]))]

  test('hides all rows while nobody is signed, and shows exactly that user’s', async () => {
    const embed = await place.embed({ entryId: first('own-sales') })
    const hidden = await place.run(await place.sign(embed))
    expect(hidden.body.data.rows).toEqual([])
    const own = await place.run(await place.sign(embed, { user: 'ada' }))
    expect(usersIn(own.body.data.rows)).toEqual(['ada'])
    const other = await place.run(await place.sign(embed, { user: 'nobody' }))
    expect(other.body.data.rows).toEqual([])
  })

  test('takes nobody’s word but the token’s', async () => {
    const embed = await place.embed({ entryId: first('own-sales') })
    const body = { params: { user: 'ada', username: 'ada' } }
    expect((await place.run(await place.sign(embed), body)).body.data.rows).toEqual([])
    const grace = await place.sign(embed, { user: 'grace' })
    expect(usersIn((await place.run(grace, body)).body.data.rows)).toEqual(['grace'])
    place.sandbox.parts.switchboard.turn({ legacyPrecedence: 'true' })
    expect(usersIn((await place.run(grace, body)).body.data.rows)).toEqual(['grace'])
    place.sandbox.parts.switchboard.turn({ legacyPrecedence: 'false' })
    expect((await place.run(await place.sign(embed, { user: ['ada', 'grace'] }))).body.data.rows).toEqual([])
  })
})

test('before July 2025 the address won', async () => {
  const token = await place.sign(await place.embed({ entryId: first('revenue') }), { region: 'north' })
  place.sandbox.parts.switchboard.turn({ legacyPrecedence: 'true' })
  expect(await shownBy(token, { params: { region: 'south' } })).toBe(
    await revenueOf('client_1', "region = 'south'"),
  )
  place.sandbox.parts.switchboard.turn({ legacyPrecedence: 'false' })
})

test('selectors and exports show the tenant’s own rows', async () => {
  const fields = { depsIds: [first('sales')], settings: { enableExport: true } }
  const embed = await place.embed({ entryId: first('shop-dashboard'), ...fields })
  const token = await place.sign(embed, { region: 'north' })
  const region = { controlData: { id: 'region-selector', tabId: 'overview' } }
  expect((await place.run(token, region)).body.data.rows).toEqual([['north']])
  const all = await place.run(await place.sign(embed), { ...region, params: { region: 'south' } })
  expect(all.body.data.rows.length).toBeGreaterThan(1)
  const csv = await place.ask('/charts/embeds/api/export', { token, body: { id: first('sales') } })
  const lines = csv.text.trim().split('\r\n')
  expect(lines[0]).toBe('Month,Region,Product,Pieces,Revenue')
  expect(new Set(lines.slice(1).map(line => line.split(',')[1]))).toEqual(new Set(['north']))
  const closed = await place.embed({ entryId: first('sales') })
  const refused = await place.ask('/charts/embeds/api/export', { token: await place.sign(closed), body: {} })
  expect(refused.status).toBe(403)
})

test('a tenant whose access is withheld is dark, and comes back', async () => {
  const token = await place.sign(await place.embed({ entryId: second('revenue') }))
  await place.command('REVOKE SELECT ON client_2.* FROM datalens')
  const { status, text } = await place.run(token)
  expect(status).toBe(400)
  expect(text).toContain('The reader may not read this database')
  expect(text).not.toContain('client_2')
  await place.command('GRANT SELECT ON client_2.* TO datalens')
  expect(await shownBy(token)).toBe(await revenueOf('client_2'))
})

test('a dashboard gives its tabs, and says which selectors a viewer cannot use', async () => {
  const embed = await place.embed({ entryId: first('shop-dashboard'), privateParams: ['product'] })
  const token = await place.sign(embed, { region: 'north' })
  const { body } = await place.ask<{ readonly data: { readonly tabs: readonly unknown[] } }>(
    '/charts/embeds/api/embedded-entry',
    { token },
  )
  expect(body).toMatchObject({
    entryId: first('shop-dashboard'),
    scope: 'dash',
    data: {
      tabs: [{ selectors: [{ disabled: true }, { disabled: true }] }, { selectors: [{ disabled: true }] }],
    },
  })
})

test('a token binds the database that it names', async () => {
  const { body } = await place.ask<Connected>('/api/connections', {
    body: { name: 'Again', access_token: `${await place.mint('client_2')}\n` },
  })
  expect(body.tables).toEqual(['orders'])
  expect(Object.keys(tenants)).toContain('client_2')
})
