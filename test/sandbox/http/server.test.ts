// The server over HTTP, as far as it needs no rows.
import { createServer, request } from 'node:http'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { Connector } from '../../../src/sandbox/connector/connector.ts'
import { readContent } from '../../../src/sandbox/content/read.ts'
import { startSandbox, type Sandbox } from '../../../src/sandbox/http/server.ts'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'
import { accessTokenVectors } from '../../vectors/token-vectors.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'

const content = readContent(
  `connections: [{id: shop, name: Shop}]
datasets: [{id: orders, connection: shop, table: orders, fields: [{id: region}]}]
charts: [{id: sales, name: {en: Sales, ru: Продажи}, type: table, dataset: orders, dimensions: [region]}]`,
  'content.yaml',
)

/** A connector whose ClickHouse is away, with the keys of the vectors. */
async function connectorOfVectors(): Promise<Connector> {
  const server = { url: 'http://127.0.0.1:9', username: 'datalens', password: new Redacted('x') }
  const connector = new Connector({ server, clock: systemClock })
  for (const [version, { privatePem }] of Object.entries(accessTokenVectors.dataLensKeys))
    connector.takeKey(Number(version), new Redacted(privatePem))
  for (const [version, { publicPem }] of Object.entries(accessTokenVectors.partnerKeys))
    connector.learnPartnerKey(Number(version), publicPem)
  return connector
}

let sandbox: Sandbox

beforeAll(async () => {
  const other = new Connector({
    server: { url: 'http://127.0.0.1:9', username: 'x', password: new Redacted('x') },
    clock: systemClock,
  })
  const connectors = new Map([
    ['acme', await connectorOfVectors()],
    ['other', other],
  ])
  sandbox = await startSandbox({ content, connectors, port: 0 })
})
afterAll(() => sandbox.close())

interface Answered {
  readonly status: number
  readonly body: unknown
}

async function ask(path: string, body?: unknown, init: RequestInit = {}): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`${sandbox.url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: text }),
    ...init,
  })
  return { status: answer.status, body: await answer.json() }
}

async function lastTrace(): Promise<TraceRecord | undefined> {
  const { body } = await ask('/_sandbox/trace.json')
  return (body as readonly TraceRecord[])[0]
}

const token = accessTokenVectors.valid[0]?.token ?? ''

describe('a new connection', () => {
  const checkOf: Readonly<Record<string, readonly [number, string]>> = {
    malformed: [400, 'format'],
    'unknown-version': [500, 'version'],
    'bad-signature': [400, 'signature'],
    undecryptable: [400, 'decryption'],
    'bad-payload': [400, 'payload'],
  }

  test.each(accessTokenVectors.invalid)('is refused: $name', async ({ token, error }) => {
    const [status = 0, check = ''] = checkOf[error] ?? []
    const message = status === 500 ? 'Internal Server Error' : 'Invalid access token.'
    const answer = await ask('/api/connections', { name: 'A', access_token: token })
    expect(answer).toMatchObject({ status, body: { message, check, advice: expect.any(String) } })
    const trace = await lastTrace()
    expect(trace?.steps.at(-1)).toMatchObject({ party: 'connector', name: check, passed: false })
  })

  test.each(accessTokenVectors.valid)(
    'gets as far as ClickHouse, which is away: $name',
    async ({ token }) => {
      const answer = await ask('/api/connections', { access_token: token })
      expect(answer).toMatchObject({ status: 503, body: { check: 'tables' } })
      expect((await lastTrace())?.steps.map(({ passed }) => passed)).toEqual([
        true,
        true,
        true,
        true,
        true,
        false,
      ])
    },
  )

  test.each([
    ['a token in halves', token.slice(0, 200), 'format', 'It has 3 of four parts'],
    ['the end missing', token.slice(0, -100), 'signature', 'Its end is missing'],
    ['a space before it', ` ${token}`, 'version', 'It begins with a space'],
    ['nothing', '', 'format', 'Nothing was pasted'],
    ['line ends alone', '\n\n', 'format', 'Nothing was pasted'],
  ])('says what to do about %s', async (_, text, check, advice) => {
    const { body } = await ask('/api/connections', { name: 'A', access_token: text })
    expect(body).toMatchObject({ check, advice: expect.stringContaining(advice) })
  })

  test('takes a token with line ends in and behind it, as DataLens does', async () => {
    const folded = `${token.replace(/(.{300}:?.{100})/, '$1\n')}\r\n  `
    expect(await ask('/api/connections', { access_token: folded })).toMatchObject({ status: 503 })
  })

  test('is judged by the keys of its connector', async () => {
    const body = { access_token: token, connector: 'other' }
    expect(await ask('/api/connections', body)).toMatchObject({ status: 500, body: { check: 'version' } })
    const unknown = await ask('/api/connections', { ...body, connector: 'x' })
    expect(unknown).toMatchObject({ status: 400, body: { message: expect.stringContaining('acme, other') } })
  })

  test('is refused with a key version that was withdrawn, on either side', async () => {
    for (const version of ['partner:1', 'datalens:1']) {
      await ask('/_sandbox/switches', { revokeKeyVersion: version })
      expect(await ask('/api/connections', { access_token: token })).toMatchObject({ status: 500 })
    }
    await ask('/_sandbox/switches', { revokeKeyVersion: '' })
    expect(await ask('/api/connections', { access_token: token })).toMatchObject({ status: 503 })
  })

  test('is refused with a body that is none', async () => {
    for (const body of ['{', '[]', '{"access_token": 1}', '{}']) {
      expect(await ask('/api/connections', body)).toMatchObject({ status: 400 })
    }
    expect(await ask('/api/connections', `"${'x'.repeat(1_100_000)}"`)).toMatchObject({ status: 413 })
  })
})

test('entries are told in both languages', async () => {
  const { body } = await ask('/api/entries?_lang=ru')
  expect(body).toContainEqual({
    id: 'sales',
    scope: 'chart',
    name: 'Продажи',
    workbookId: 'main',
    source: 'sales',
  })
})

describe('the public API', () => {
  interface Secret {
    readonly embeddingSecretId: string
    readonly privateKey: string
  }
  const makeSecret = async (): Promise<Secret> =>
    (await ask('/rpc/createEmbeddingSecret', { title: 'Portal', workbookId: 'main' })).body as Secret

  test('gives a private key once, and keeps the other half', async () => {
    const { embeddingSecretId, privateKey } = await makeSecret()
    expect(embeddingSecretId).toMatch(/^[0-9a-z]{13}$/)
    expect(privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
    const { body } = await ask('/rpc/getEmbeddingSecret', { embeddingSecretId })
    const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' })
    expect(body).toMatchObject({ embeddingSecretId, title: 'Portal', workbookId: 'main', publicKey })
    const { body: listed } = await ask('/rpc/listEmbeddingSecrets', { workbookId: 'main' })
    // What DataLens's pages list, and the public half.
    const names = ['createdAt', 'createdBy', 'embeddingSecretId', 'publicKey', 'title', 'workbookId']
    for (const one of [body, ...(listed as object[])])
      expect(Object.keys(one as object).sort()).toEqual(names)
    expect(JSON.stringify([body, listed])).not.toContain('PRIVATE')
    expect(await ask('/rpc/deleteEmbeddingSecret', { embeddingSecretId })).toMatchObject({ status: 200 })
    expect(await ask('/rpc/getEmbeddingSecret', { embeddingSecretId })).toMatchObject({ status: 404 })
  })

  test('makes, changes and deletes embeds', async () => {
    const { embeddingSecretId } = await makeSecret()
    const fields = {
      title: 'Sales',
      embeddingSecretId,
      depsIds: ['orders'],
      unsignedParams: ['region'],
      privateParams: [],
      publicParamsMode: true,
      settings: { enableExport: true },
    }
    const { body } = await ask('/rpc/createEmbed', { ...fields, entryId: 'sales' })
    const { embedId } = body as { readonly embedId: string }
    expect(body).toMatchObject({
      ...fields,
      entryId: 'sales',
      embedId: expect.stringMatching(/^[0-9a-z]{13}$/),
    })
    const names = [
      'createdAt',
      'createdBy',
      'depsIds',
      'embedId',
      'embeddingSecretId',
      'entryId',
      'privateParams',
      'publicParamsMode',
      'settings',
      'title',
      'unsignedParams',
      'updatedAt',
      'updatedBy',
    ]
    expect(Object.keys(body as object).sort()).toEqual(names)
    // What is left out is saved empty.
    const change = { embedId, title: 'Mine', embeddingSecretId, publicParamsMode: false, settings: {} }
    expect((await ask('/rpc/updateEmbed', change)).body).toMatchObject({
      title: 'Mine',
      entryId: 'sales',
      depsIds: [],
      unsignedParams: [],
    })
    const { body: dependent } = await ask('/rpc/updateEmbed', { embedId, depsIds: ['orders'] })
    expect(dependent).toMatchObject({ title: 'Mine', depsIds: ['orders'], publicParamsMode: false })
    expect((await ask('/rpc/listEmbeds', { entryId: 'sales' })).body).toMatchObject([
      { embedId, title: 'Mine' },
    ])
    const { body: listed } = await ask('/rpc/listEmbeds', { entryId: 'sales' })
    for (const one of listed as object[]) expect(Object.keys(one).sort()).toEqual(names)
    expect(await ask('/rpc/deleteEmbed', { embedId })).toMatchObject({ status: 200 })
    expect((await ask('/rpc/listEmbeds', { entryId: 'sales' })).body).toEqual([])
    expect(await ask('/rpc/deleteEmbed', { embedId })).toMatchObject({ status: 404 })
  })

  test.each([
    ['no secret', { embeddingSecretId: 'x' }, 'embeddingSecretId'],
    ['no entry', { entryId: 'x' }, 'entryId'],
    ['an entry that nobody looks at', { entryId: 'orders' }, 'entryId'],
    ['an unknown dependency', { depsIds: ['__proto__'] }, 'depsIds'],
    ['a mode that is none', { publicParamsMode: 'yes' }, 'publicParamsMode'],
    ['no title', { title: '' }, 'title'],
  ])('refuses an embed with %s', async (_, change, named) => {
    const { embeddingSecretId } = await makeSecret()
    const body = { title: 'S', embeddingSecretId, entryId: 'sales', ...change }
    expect(await ask('/rpc/createEmbed', body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(named) },
    })
  })
})

test('partners’ keys come in, and DataLens’s go out; a version means one key', async () => {
  const publicPem = accessTokenVectors.partnerKeys['2']?.publicPem ?? ''
  const put = { method: 'PUT', body: publicPem }
  expect(await ask('/api/connectors/other/partner-keys/7', undefined, put)).toMatchObject({ status: 200 })
  const first = await ask('/api/connectors/other/datalens-keys/3', {})
  expect(first.body).toMatchObject({ version: 3, publicKey: expect.stringContaining('BEGIN PUBLIC KEY') })
  expect(await ask('/api/connectors/other/datalens-keys/3', {})).toEqual(first)
  expect((await ask('/api/connectors')).body).toContainEqual(
    expect.objectContaining({ name: 'other', partner: ['7'] }),
  )
  const garbage = { method: 'PUT', body: 'x' }
  expect(await ask('/api/connectors/other/partner-keys/7', undefined, garbage)).toMatchObject({ status: 400 })
  const noVersion = {
    status: 404,
    body: { code: 'NOT_FOUND', message: 'A key version is a number from 1 to 999999999, in digits alone.' },
  }
  for (const version of ['0', '-1', '1e3', '0x10', '007', '%208', '1234567890']) {
    expect(await ask(`/api/connectors/other/partner-keys/${version}`, undefined, put)).toEqual(noVersion)
    expect(await ask(`/api/connectors/other/datalens-keys/${version}`, {})).toEqual(noVersion)
  }
  const noConnector = {
    status: 404,
    body: {
      code: 'NOT_FOUND',
      message: 'There is no connector of this name. Those of this sandbox: acme, other.',
    },
  }
  expect(await ask('/api/connectors/anybody/partner-keys/2', undefined, put)).toEqual(noConnector)
  expect(await ask('/api/connectors/anybody/datalens-keys/2', {})).toEqual(noConnector)
})

describe('whoever asks without a good token', () => {
  const invalid = embedVectors.invalid[0]?.token ?? ''

  test.each([
    ['/charts/embeds/api/run', {}, 400, { code: 'ERR.CHARTS.TOKEN_NOT_FOUND' }],
    ['/charts/embeds/api/run', '{', 400, { code: 'ERR.CHARTS.TOKEN_NOT_FOUND' }],
    ['/charts/embeds/api/export', {}, 400, { code: 'ERR.CHARTS.TOKEN_NOT_FOUND' }],
    ['/charts/embeds/api/embedded-entry', undefined, 400, { code: 'ERR.CHARTS.INVALID_TOKEN_FORMAT' }],
    ['/v1/embedded-entry', undefined, 400, { code: 'ERR.CHARTS.TOKEN_NOT_FOUND' }],
    ['/embeds/entries/sales', undefined, 400, { code: 'ERR.CHARTS.TOKEN_NOT_FOUND' }],
    ['/data/run', {}, 400, { code: 'WRONG_EMBED_TOKEN' }],
  ])('is refused at %s', async (path, body, status, expected) => {
    expect(await ask(path, body)).toMatchObject({ status, body: expected })
  })

  test('is refused with a token for no embed that there is, by whomever it asks', async () => {
    const headers = { 'x-dl-embed-token': embedVectors.valid[0]?.token ?? invalid }
    const error = { code: 404, details: { code: 404 }, extra: { hideRetry: false } }
    expect(await ask('/charts/embeds/api/run', {}, { headers })).toEqual({
      status: 404,
      body: { code: 404, error },
    })
    for (const path of ['/v1/embedded-entry', '/embeds/entries/sales'])
      expect(await ask(path, undefined, { headers })).toMatchObject({
        status: 404,
        body: { code: 'EMBED_NOT_EXISTS' },
      })
    expect(await ask('/data/run', {}, { headers })).toMatchObject({
      status: 404,
      body: { code: 'EMBED_NOT_EXISTS' },
    })
  })

  test('may send as much as a token and an address can have', async () => {
    const headers = { 'x-dl-embed-token': 'x'.repeat(30_720) }
    expect(await ask('/charts/embeds/api/run', {}, { headers })).toMatchObject({
      status: 400,
      body: { code: 'ERR.CHARTS.INVALID_TOKEN', extra: { message: 'Wrong token format' } },
    })
    const query = new URLSearchParams({ region: 'x'.repeat(100_000), __proto__: 'y' }).toString()
    const page = await fetch(`${sandbox.url}/embeds/chart?${query}&region=1&region=2`)
    expect(page.status).toBe(200)
    expect(await page.text()).not.toContain('xxxxx')
  })

  test('leaves no token in the trace', async () => {
    const { token } = embedVectors.valid[0] ?? { token: '' }
    await ask('/charts/embeds/api/run', {}, { headers: { 'x-dl-embed-token': token } })
    const { body } = await ask('/_sandbox/trace.json')
    for (const part of token.split('.')) expect(JSON.stringify(body)).not.toContain(part)
    expect(JSON.stringify(body)).not.toContain(accessTokenVectors.valid[0]?.token.split(':')[2])
  })

  test.each([
    ['an embed token', embedVectors.valid[0]?.token ?? ''],
    ['an access token', token],
    ['100 kB of anything', 'x'.repeat(100_000)],
  ])('leaves %s out of the trace also when it stands where an id should', async (_, text) => {
    const headers = { 'x-dl-embed-token': embedVectors.valid[0]?.token ?? '' }
    const asked = encodeURIComponent(text)
    await ask('/charts/embeds/api/run', { id: text }, { headers })
    await ask('/data/run', { id: text }, { headers })
    await ask(`/api/charts/${asked}`)
    await ask(`/v1/embedded-entry?entryId=${asked}`, undefined, { headers })
    await ask(`/embeds/entries/${asked}`, undefined, { headers })
    await ask(`/rpc/${asked}`, {})
    await ask(`/api/connectors/${asked}/datalens-keys/1`, {})
    const { body } = await ask('/_sandbox/trace.json')
    const records = (body as readonly TraceRecord[]).slice(0, 7)
    for (const part of text.split(/[.:]/).filter(({ length }) => length > 20))
      expect(JSON.stringify(records)).not.toContain(part.slice(0, 20))
    expect(records.map(({ path }) => path)).toContain('/rpc/…')
  })
})

describe('switches', () => {
  test('are turned all or none', async () => {
    expect(await ask('/_sandbox/switches', { skew: 5, failNext: -1 })).toMatchObject({
      status: 400,
      body: { message: 'failNext takes a whole number from 0 to 10000.' },
    })
    const { body } = await ask('/_sandbox/switches')
    expect(body).toContainEqual(expect.objectContaining({ name: 'skew', value: 0, kind: 'fault' }))
  })

  test('let the next requests fail, and no more', async () => {
    await ask('/_sandbox/switches', { failNext: 2 })
    const statuses: number[] = []
    for (let at = 0; at < 3; at += 1) statuses.push((await ask('/charts/embeds/api/run', {})).status)
    expect(statuses).toEqual([500, 500, 400])
  })
})

test('the trace forgets the oldest', async () => {
  for (let at = 0; at < 210; at += 1)
    sandbox.parts.trace.add({
      at: '',
      method: 'GET',
      path: '/',
      status: 200,
      ms: 0,
      embedId: undefined,
      entryId: undefined,
      steps: [],
    })
  const { body } = await ask('/_sandbox/trace', undefined, { headers: { accept: 'application/json' } })
  expect(body).toHaveLength(200)
})

test('nobody keeps an answer, or takes it for another kind of file; but for files that never change', async () => {
  const home = await fetch(sandbox.url)
  const [, asset = ''] = /href="(\/assets\/[^"]+)"/.exec(await home.text()) ?? []
  for (const [path, kept] of [
    ['/', 'no-store'],
    ['/api/entries', 'no-store'],
    ['/charts/embeds/api/embedded-entry', 'no-store'],
    ['/_sandbox/trace.json', 'no-store'],
    ['/nowhere', 'no-store'],
    [asset, 'public, max-age=31536000, immutable'],
  ] as const) {
    const { headers } = await fetch(`${sandbox.url}${path}`)
    expect([path, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
      path,
      kept,
      'nosniff',
    ])
  }
})

describe('who may ask', () => {
  test('is nobody under another name than that of this machine', async () => {
    const { port } = new URL(sandbox.url)
    const asked = request({
      host: '127.0.0.1',
      port,
      path: '/api/entries',
      headers: { host: 'evil.example' },
    }).end()
    const [answer] = (await once(asked, 'response')) as [{ readonly statusCode: number; resume(): void }]
    answer.resume()
    expect(answer.statusCode).toBe(421)
  })

  test('is no other site’s page, when it writes', async () => {
    const headers = { origin: 'https://evil.example' }
    expect(await ask('/_sandbox/switches', {}, { headers })).toMatchObject({ status: 403 })
    expect(await ask('/_sandbox/switches', {}, { headers: { origin: sandbox.url } })).toMatchObject({
      status: 200,
    })
  })

  test('is only this machine', () => {
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})

test('a port that is taken is told', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const starting = startSandbox({ content, connectors: new Map(), port })
  await expect(starting).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(String(port)),
  })
  other.close()
})
