/** The sandbox as a partner meets it: a ClickHouse with tenants, keys of both sides, a server. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connected } from '../../../src/cli/chain/sandbox-api.ts'
import { fillDatabase } from '../../../src/cli/chain/clickhouse.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../../src/dev/clickhouse/embedded-clickhouse.ts'
import { embedder } from '../../../src/embed/embedder.ts'
import type { Params } from '../../../src/embed/parameters.ts'
import { Connector } from '../../../src/sandbox/connector/connector.ts'
import { defaultContentFile, readContent } from '../../../src/sandbox/content/read.ts'
import type { RunAnswer } from '../../../src/sandbox/http/routes/shapes.ts'
import { startSandbox, type Sandbox } from '../../../src/sandbox/http/server.ts'
import { mintAccessToken } from '../../../src/token/access-token.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../../src/token/keys.ts'
import { connect, type Login } from '../../cluster/clickhouse-under-test.ts'

const admin: Login = { username: 'admin', password: 'an-admin-password' }
const readerPassword = 'a-reader-password'
const never = new AbortController().signal

/** Tenants' databases, and how many orders each has. */
export const tenants = { client_1: 40, client_2: 60 } as const

export interface Answer<T> {
  readonly status: number
  readonly text: string
  readonly body: T
}

export interface AskOptions {
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

/** An embed with the key that signs for it. */
export interface Embedded {
  readonly embedId: string
  readonly privateKey: string
}

export interface Place {
  readonly clickHouse: EmbeddedClickHouse
  readonly sandbox: Sandbox
  readonly connector: Connector
  ask<T>(path: string, options?: AskOptions): Promise<Answer<T>>
  mint(database: string): Promise<string>
  /** Pastes a token for the database. @returns the ids of its entries by their ids in the content file */
  open(database: string): Promise<(source: string) => string>
  embed(fields: Readonly<Record<string, unknown>> & { readonly entryId: string }): Promise<Embedded>
  sign(embed: Embedded, params?: Params): Promise<string>
  run(token: string, body?: unknown): Promise<Answer<RunAnswer>>
  /** As administrator. */
  rows(statement: string): Promise<readonly (readonly unknown[])[]>
  command(statement: string): Promise<void>
  close(): Promise<void>
}

export async function startPlace(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-sandbox-'))
  const clickHouse = await startEmbeddedClickHouse({ directory, replicas: 1, admin })
  const [url = ''] = clickHouse.endpoints
  const client = connect(url, admin)
  const command = async (query: string): Promise<void> => void (await client.command({ query }))
  await command(
    `CREATE USER datalens IDENTIFIED WITH sha256_password BY '${readerPassword}' SETTINGS readonly = 2`,
  )
  for (const [database, rows] of Object.entries(tenants)) {
    await command(`CREATE DATABASE ${database}`)
    await fillDatabase({ ...admin, url, endpoints: [url] }, { database, rows }, never)
    await command(`GRANT SELECT ON ${database}.* TO datalens`)
  }
  const { connector, mint } = await makeKeys(url)
  const content = readContent(readFileSync(defaultContentFile, 'utf8'), 'default.yaml')
  const sandbox = await startSandbox({ content, connectors: new Map([['acme', connector]]), port: 0 })
  const ask = askAt(sandbox.url)
  return {
    clickHouse,
    sandbox,
    connector,
    ask,
    mint,
    ...callsOf(ask, mint),
    command,
    rows: async query =>
      await (await client.query({ query, format: 'JSONCompactEachRow' })).json<unknown[]>(),
    close: async () => {
      await sandbox.close()
      await client.close()
      await clickHouse.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function makeKeys(url: string) {
  const server = { url, username: 'datalens', password: new Redacted(readerPassword) }
  const connector = new Connector({ server, clock: systemClock })
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  connector.learnPartnerKey(1, publicKey.export({ type: 'spki', format: 'pem' }).toString())
  const dataLensKey = inspectPublicKey(await connector.issueKey(1))
  const partnerKey = inspectPrivateKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
  const versions = { dataLensKeyVersion: 1, partnerKeyVersion: 1 }
  const mint = (database: string): Promise<string> =>
    mintAccessToken({ database, dataLensKey, partnerKey, ...versions })
  return { connector, mint }
}

type Ask = Place['ask']

function askAt(url: string): Ask {
  return async (path, { body, token, headers = {}, method } = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(token === undefined ? {} : { 'x-dl-embed-token': token }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
    return { status: answer.status, text, body: isJson ? JSON.parse(text) : undefined }
  }
}

function callsOf(ask: Ask, mint: Place['mint']): Pick<Place, 'open' | 'embed' | 'sign' | 'run'> {
  return {
    async open(database) {
      const request = { name: database, access_token: await mint(database) }
      const { body } = await ask<Connected>('/api/connections', { body: request })
      return source => body.entries.find(entry => entry.source === source)?.id ?? `no ${source}`
    },
    async embed(fields) {
      const secret = await ask<{ readonly embeddingSecretId: string; readonly privateKey: string }>(
        '/rpc/createEmbeddingSecret',
        { body: { title: 'Portal', workbookId: 'main' } },
      )
      const { embeddingSecretId, privateKey } = secret.body
      const body = { title: 'Sales', embeddingSecretId, publicParamsMode: false, ...fields }
      const embed = await ask<{ readonly embedId: string }>('/rpc/createEmbed', { body })
      return { embedId: embed.body.embedId, privateKey }
    },
    async sign({ embedId, privateKey }, params = {}) {
      const signer = embedder({ platform: 'Yandex', kind: 'Chart', embedId, key: privateKey })
      return (await signer.sign({ params })).token
    },
    run: (token, body = {}) => ask<RunAnswer>('/charts/embeds/api/run', { token, body }),
  }
}
