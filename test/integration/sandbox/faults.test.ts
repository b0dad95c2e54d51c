// What the sandbox says when something is in its way, and that it gets over it.
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { embedder } from '../../../src/embed/embedder.ts'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'
import { eventually } from '../../time/eventually.ts'
import { startPlace, type Embedded, type Place } from './place.ts'

let place: Place
let embed: Embedded
let token: string

beforeAll(async () => {
  place = await startPlace()
  const idOf = await place.open('client_1')
  embed = await place.embed({ entryId: idOf('sales') })
  token = await place.sign(embed)
})
afterAll(() => place.close())

async function lastSteps(): Promise<readonly (readonly [string, string, boolean])[]> {
  const { body } = await place.ask<readonly TraceRecord[]>('/_sandbox/trace.json')
  return (body[0]?.steps ?? []).map(({ party, name, passed }) => [party, name, passed])
}

test('the trace has every step of a request, by whom it was taken', async () => {
  expect((await place.run(token)).status).toBe(200)
  const judged = [
    'token-size',
    'token-decoded',
    'embed-known',
    'secret-known',
    'algorithm',
    'signature',
    'service',
    'times',
    'not-expired',
    'lifetime',
    'entry',
    'signed-parameters',
  ]
  expect(await lastSteps()).toEqual([
    ['charts', 'token-present', true],
    ['charts', 'token-size', true],
    ['charts', 'token-decoded', true],
    ...judged.map(name => ['storage', name, true]),
    ['charts', 'parameters', true],
    ...judged.map(name => ['data', name, true]),
    ['data', 'connection', true],
    ['data', 'rows', true],
  ])
})

test('a ClickHouse that is away is told, and charts are back as soon as it is', async () => {
  await place.clickHouse.stopReplica(0)
  const { status, body } = await place.run(token)
  expect({ status, body }).toEqual({
    status: 503,
    body: {
      code: 503,
      error: { code: 503, details: { code: 503 }, extra: { hideRetry: false } },
      message: 'ClickHouse does not answer. Charts are back as soon as it is.',
    },
  })
  expect((await lastSteps()).at(-1)).toEqual(['data', 'rows', false])
  const access_token = await place.mint('client_2')
  const refused = await place.ask('/api/connections', { body: { access_token } })
  expect(refused).toMatchObject({ status: 503, body: { check: 'tables' } })
  await place.clickHouse.startReplica(0)
  await eventually(async () => (await place.run(token)).status === 200, { what: 'the chart is back' })
  expect(await place.ask('/api/connections', { body: { access_token } })).toMatchObject({ status: 200 })
})

test('a table that is not there is told', async () => {
  await place.command('RENAME TABLE client_1.orders TO client_1.moved')
  expect(await place.run(token)).toMatchObject({
    status: 400,
    body: { message: 'The table of this dataset is not there, or the reader may not see it.' },
  })
  await place.command('RENAME TABLE client_1.moved TO client_1.orders')
  expect((await place.run(token)).status).toBe(200)
})

test('a column that is not there is told', async () => {
  await place.command('ALTER TABLE client_1.orders RENAME COLUMN quantity TO pieces')
  const { status, text } = await place.run(token)
  expect(status).toBe(400)
  expect(text).toContain('quantity')
  await place.command('ALTER TABLE client_1.orders RENAME COLUMN pieces TO quantity')
})

test('forged tokens are refused by the data backend, too, when they are sent straight to it', async () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKey = stranger.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const forged = await place.sign({ ...embed, privateKey })
  const late = embedder({
    platform: 'Yandex',
    kind: 'Chart',
    embedId: embed.embedId,
    key: embed.privateKey,
    now: () => Date.now() - 3_600_000,
  })
  const expired = (await late.sign()).token
  for (const [sent, step] of [
    [forged, 'signature'],
    [expired, 'not-expired'],
  ] as const) {
    expect((await place.run(sent)).status).toBe(403)
    expect((await lastSteps()).at(-1)).toEqual(['storage', step, false])
    expect((await place.ask('/data/run', { token: sent, body: {} })).status).toBe(403)
    expect((await lastSteps()).at(-1)).toEqual(['data', step, false])
  }
  const foreign = await place.ask('/data/run', { token, body: { id: 'revenue' } })
  expect(foreign).toMatchObject({ status: 409, body: { code: 'INCORRECT_ENTRY_ID_FOR_EMBED' } })
  const good = await place.ask('/data/run', { token, body: {} })
  expect(good).toMatchObject({
    status: 200,
    body: { columns: ['month', 'region', 'product', 'quantity', 'amount'] },
  })
})

test('a token that came too early for a clock that is behind still ends by DataLens’s clock', async () => {
  place.sandbox.parts.switchboard.turn({ skew: '3600' })
  expect((await place.run(token)).status).toBe(403)
  place.sandbox.parts.switchboard.turn({ skew: '0' })
  expect((await place.run(token)).status).toBe(200)
})

test('an embed or a secret that is deleted ends its links at once', async () => {
  const own = await place.embed({ entryId: 'sales' })
  const link = await place.sign(own)
  expect((await place.run(link)).status).toBe(200)
  const { body: listed } = await place.ask<readonly { embedId: string; embeddingSecretId: string }[]>(
    '/rpc/listEmbeds',
    { body: {} },
  )
  const { embeddingSecretId } = listed.find(({ embedId }) => embedId === own.embedId) ?? {}
  await place.ask('/rpc/deleteEmbeddingSecret', { body: { embeddingSecretId } })
  const storage = { token: link }
  expect(await place.ask('/v1/embedded-entry', storage)).toMatchObject({
    status: 404,
    body: { code: 'EMBEDDING_SECRET_NOT_EXISTS' },
  })
  await place.ask('/rpc/deleteEmbed', { body: { embedId: own.embedId } })
  expect(await place.ask('/v1/embedded-entry', storage)).toMatchObject({
    status: 404,
    body: { code: 'EMBED_NOT_EXISTS' },
  })
})

test('viewers who ask the same at the same time share one read, and nobody who asks later has it', async () => {
  const reads = async (): Promise<number> =>
    (await place.clickHouse.statements()).filter(({ sql }) => sql.includes('`client_1`.`orders`')).length
  const before = await reads()
  // Slower than ten requests over HTTP.
  await place.clickHouse.setFault(0, { kind: 'delay', ms: 1_000, matching: /`orders`/, times: 1 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => place.run(token)))
  await place.clickHouse.setFault(0)
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
  expect(await reads()).toBe(before + 1)
  await place.run(token)
  expect(await reads()).toBe(before + 2)
})
