// What the reader's trial counts: what a tenant has made, and a refusal that is wished for, is no fault of a server.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReaderQueries } from '../../../src/clickhouse/accounts/reader-queries.ts'
import { staysShut } from '../../../src/clickhouse/accounts/reader-trial.ts'
import { Endpoint } from '../../../src/clickhouse/endpoint/endpoint.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal
const table = { database: 'client_1', name: 't', engine: 'MergeTree', isFront: false }

let server: Server
let endpoint: Endpoint
let counted: string[]
/** What the server answers a statement with: the number of an error, or undefined for no rows. */
let errorOf: (url: string) => number | undefined

beforeEach(async () => {
  counted = []
  server = createServer((request, response) => {
    const code = errorOf(request.url ?? '')
    request.resume()
    response.setHeader('x-clickhouse-server-display-name', 'ch1')
    if (code === undefined) return response.end()
    response.writeHead(500, { 'x-clickhouse-exception-code': String(code) })
    return response.end(`Code: ${code}. DB::Exception: no.`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = new Endpoint({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { username: 'datalens', password: new Redacted('hidden-pass') },
    clock: new VirtualClock(),
    metrics: { statement: (kind, code) => counted.push(`${kind} ${code}`) },
  })
})

afterEach(async () => {
  await endpoint.close()
  server.closeAllConnections()
  server.close()
})

describe('a trial that ends as a table may have it end counts as ok', () => {
  test.each([
    ['a database that stays shut, as it should', 497, 'refused'],
    ['a view whose source is gone', 60, 'broken'],
    ['a view that divides by zero', 153, 'broken'],
    ['a view that takes too long', 159, 'broken'],
    ['a view that needs much memory', 241, 'broken'],
  ])('%s', async (_, code, kind) => {
    errorOf = () => code
    expect((await new ReaderQueries(endpoint, never).read([table])).kind).toBe(kind)
    expect(counted).toEqual(['verifyReader ok'])
  })
})

test('so does a profile that forbids the bounds, with which nothing is asked then', async () => {
  errorOf = url => (url.includes('max_execution_time') ? 452 : undefined)
  expect(await new ReaderQueries(endpoint, never).rows('SELECT 1')).toEqual([])
  expect(counted).toEqual(['verifyReader ok', 'verifyReader ok'])
})

test('a look at another database counts as ok', async () => {
  errorOf = () => 497
  expect(await staysShut(new ReaderQueries(endpoint, never), 'client_1', [table])).toBe(true)
  expect(counted).toEqual(['verifyReader ok'])
})

describe('a fault of the server counts as one', () => {
  test.each([
    ['it has no room for the reader', 202, 'busy'],
    ['the reader has used up its quota', 201, 'other'],
  ])('%s', async (_, code, as) => {
    errorOf = () => code
    await expect(new ReaderQueries(endpoint, never).read([table])).rejects.toMatchObject({ code: as })
    expect(counted).toEqual([`verifyReader ${as}`])
  })

  test('a question about no table is refused', async () => {
    errorOf = () => 497
    await expect(new ReaderQueries(endpoint, never).rows('SELECT 1')).rejects.toThrow('try what datalens')
    expect(counted).toEqual(['verifyReader missingPrivileges'])
  })
})
