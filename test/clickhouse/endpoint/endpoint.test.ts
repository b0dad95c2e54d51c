import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { deflateSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { readRights } from '../../../src/clickhouse/catalog/catalog.ts'
import type { RequestOptions } from '../../../src/clickhouse/endpoint/endpoint.ts'
import type { Statement } from '../../../src/clickhouse/statements.ts'
import { listening } from '../../proxies/listening.ts'
import { makeTestCertificate, type TestCertificate } from '../../proxies/test-certificate.ts'
import { eventually } from '../../time/eventually.ts'
import { endpointInTest } from './endpoint-in-test.ts'

const never = new AbortController().signal
const read: Statement = { kind: 'readDatabases', sql: 'SELECT 1', what: 'list the databases', write: false }
const write: Statement = { kind: 'createDatabase', sql: 'CREATE DATABASE x', what: 'create x', write: true }

let certificate: TestCertificate

beforeAll(() => {
  certificate = makeTestCertificate()
})

function endpointAt(...args: Parameters<typeof endpointInTest>) {
  const { clock, endpoint } = endpointInTest(...args)
  const failure = (statement: Statement, signal = never, options: RequestOptions = {}): Promise<unknown> =>
    endpoint.rows(statement, signal, options).then(
      () => undefined,
      (error: unknown) => error,
    )
  return { clock, endpoint, failure }
}

function endless(piece: string, onPiece: () => void = () => undefined): Readable {
  return new Readable({
    read() {
      onPiece()
      this.push(piece)
    },
  })
}

async function plain(listener: RequestListener) {
  return endpointAt(`http://127.0.0.1:${await listening(createHttp(listener))}`)
}

async function countingConnections(listener: RequestListener) {
  let connections = 0
  const server = createHttp(listener).on('connection', () => (connections += 1))
  const port = await listening(server)
  return { ...endpointAt(`http://127.0.0.1:${port}`), connections: () => connections }
}

describe('requests', () => {
  test('wait for the end of the query, have an id of their own, and no password in the address', async () => {
    const seen: IncomingMessage[] = []
    const { endpoint } = await plain((request, response) => {
      seen.push(request)
      response.end('[1,"a"]\n')
    })
    expect(await endpoint.rows(read, never)).toEqual([[1, 'a']])
    await endpoint.run(write, never)
    const addresses = seen.map(({ url }) => new URL(url ?? '', 'http://x').searchParams)
    expect(addresses.map(parameters => parameters.get('wait_end_of_query'))).toEqual(['1', '1'])
    expect(new Set(addresses.map(parameters => parameters.get('query_id'))).size).toBe(2)
    expect(seen.map(({ url }) => url).join()).not.toContain('hidden-pass')
  })

  test('go over one connection, and over another once the server may have closed that', async () => {
    const { clock, endpoint, connections } = await countingConnections((_, response) => response.end('[1]\n'))
    await endpoint.rows(read, never)
    await endpoint.rows(read, never)
    await clock.advance(2_499)
    await endpoint.rows(read, never)
    expect(connections()).toBe(1)
    await clock.advance(2_500)
    await endpoint.rows(read, never)
    expect(connections()).toBe(2)
  })

  test('go over no connection that the server has said it closes by now', async () => {
    const { clock, endpoint, connections } = await countingConnections((_, response) => {
      response.setHeader('Keep-Alive', 'timeout=2')
      response.end('[1]\n')
    })
    await endpoint.rows(read, never)
    await endpoint.rows(read, never)
    expect(connections()).toBe(1)
    await clock.advance(2_000)
    await endpoint.rows(read, never)
    expect(connections()).toBe(2)
  })

  test('that wait for a connection are given up in time as well, and never sent', async () => {
    let asked = 0
    const { clock, endpoint, failure } = await plain(() => {
      asked += 1
    })
    const eight = Array.from({ length: 8 }, () => failure(write))
    await eventually(() => asked === 8, { what: 'all connections are in use' })
    const own = new AbortController()
    const [aborted, late] = [failure(write, own.signal), failure(write, never, { timeoutMs: 1_000 })]
    const waiting = failure(write)
    own.abort()
    expect(await aborted).toMatchObject({ code: 'aborted' })
    await clock.advance(1_000)
    expect(await late).toMatchObject({ code: 'timeout' })
    await endpoint.close()
    expect(await Promise.all([...eight, waiting])).toHaveLength(9)
    expect(asked).toBe(8)
  })

  test('that are answered by a wish for another protocol fail', async () => {
    const server = createTcp(socket => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      })
    })
    const { failure } = endpointAt(`http://127.0.0.1:${await listening(server)}`)
    expect(await failure(write)).toMatchObject({ code: 'unreachable', uncertain: true })
  })

  test('say in the server’s log of queries which version of us asked', async () => {
    const names: (string | undefined)[] = []
    const { endpoint } = await plain((request, response) => {
      names.push(request.headers['user-agent'])
      response.end('[1]\n')
    })
    await endpoint.rows(read, never)
    expect(names[0]?.split(' ')[0]).toBe(`lenskeeper/${manifest.version}`)
  })

  test('an answer with too many rows is refused', async () => {
    let rows = 200_000
    const { failure } = await plain((_, response) => response.end('[1]\n'.repeat(rows)))
    expect(await failure(read, never)).toBeUndefined()
    rows += 1
    expect(await failure(read, never)).toMatchObject({ code: 'answerTooBig' })
  })

  test.each([
    ['one endless line', '["'.padEnd(65_536, 'x')],
    ['endless small rows', '[1,2,3]\n'.repeat(8_192)],
    ['rows of many small cells', `[[]${',[]'.repeat(21_000)}]\n`],
    ['rows of wide letters', `["${'я'.repeat(30_000)}"]\n`],
  ])('%s: only so much is read', async (_, piece) => {
    let sent = 0
    const { failure } = await plain((_request, response) => {
      pipeline(
        endless(piece, () => (sent += piece.length)),
        response,
        () => undefined,
      )
    })
    expect(await failure(read)).toMatchObject({ code: 'answerTooBig', retryable: false })
    expect(sent).toBeLessThan(48 * 1024 * 1024)
  })

  test('an error of endless text is read no further than its beginning', async () => {
    const { failure } = await plain((_request, response) => {
      response.writeHead(500, { 'x-clickhouse-exception-code': '497' })
      response.write('Code: 497. DB::Exception: no. (ACCESS_DENIED) ')
      pipeline(endless('x'.repeat(65_536)), response, () => undefined)
    })
    expect(await failure(write)).toMatchObject({ code: 'missingPrivileges', serverCode: 497 })
  })

  test('an answer that never ends is given up in time, whatever has come of it', async () => {
    const { clock, failure } = await plain((_, response) => response.write('[1]\n'))
    const begun = Promise.withResolvers<void>()
    const take = (): boolean => {
      begun.resolve()
      return true
    }
    const failed = failure(read, never, { lease: { take, close: () => undefined } })
    await begun.promise
    await clock.advance(15_000)
    expect(await failed).toMatchObject({ code: 'timeout' })
  })

  test('a line counts before it ends', async () => {
    const { failure } = await plain((_, response) => response.write('["'.padEnd(200_000, 'x')))
    const taken = Promise.withResolvers<void>()
    let sum = 0
    const take = (bytes: number): boolean => {
      sum += bytes
      if (sum >= 200_000) taken.resolve()
      return true
    }
    const given = new AbortController()
    const failed = failure(read, given.signal, { lease: { take, close: () => undefined } })
    await taken.promise
    given.abort()
    expect(await failed).toMatchObject({ code: 'aborted' })
  })

  test.each([
    ['an object', '[{"a":1}]\n', false],
    ['very many objects', `[{}${',{}'.repeat(80_000)}]\n`, false],
    ['a text with braces, quotes and backslashes', String.raw`["{\"{\\", "\\\"{"]` + '\n', true],
  ])('a row with %s', async (_, body, isRow) => {
    const { failure } = await plain((_request, response) => response.end(body))
    expect((await failure(read)) === undefined).toBe(isRow)
  })

  test('an error of the server keeps its number and loses its text', async () => {
    const { failure } = await plain((_, response) => {
      response.writeHead(500, { 'x-clickhouse-exception-code': '497' })
      response.end('Code: 497. DB::Exception: tenant text `hash abc`. (ACCESS_DENIED) (version 26.7)')
    })
    const error = await failure(write)
    expect(error).toMatchObject({ code: 'missingPrivileges', serverCode: 497 })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/tenant text|hash abc/)
  })

  test('an account with more roles than are read is told of by its name', async () => {
    let roles = 200
    const { endpoint } = await plain((request, response) => {
      const chunks: unknown[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', () => {
        const rows = Array.from({ length: roles }, (_, at) => `["reader",null,"r${at}",1]\n`).join('')
        response.setHeader('x-clickhouse-query-id', 'q')
        response.end(chunks.join('').includes('system.role_grants') ? rows : '')
      })
    })
    const rights = () => readRights(endpoint, 'reader', {}, never)
    expect((await rights()).roles).toHaveLength(200)
    roles += 1
    await expect(rights()).rejects.toMatchObject({
      code: 'answerTooBig',
      message: expect.stringMatching(/: the account reader has more than 200 roles, and no more are read: /),
    })
  })

  test.each([
    ['a page of a proxy', 502, '<html>Bad gateway</html>'],
    ['an empty answer', 503, ''],
  ])('%s is an unreachable server, and a write is in doubt', async (_, status, body) => {
    const { failure } = await plain((_request, response) => {
      response.writeHead(status)
      response.end(body)
    })
    expect(await failure(write)).toMatchObject({ code: 'unreachable', uncertain: true, retryable: true })
  })

  test('an answer that is not in our format is no success', async () => {
    const { failure } = await plain((_, response) => response.end('hello\n'))
    expect(await failure(read)).toMatchObject({ code: 'unreachable' })
  })

  test('a connection cut in mid-answer is no success', async () => {
    const { failure } = await plain((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('[1]\n', () => response.destroy())
    })
    expect(await failure(read)).toMatchObject({ code: 'unreachable' })
  })

  test('the time-out is kept by the clock', async () => {
    const arrived = Promise.withResolvers<void>()
    const { clock, failure } = await plain(() => arrived.resolve())
    const error = failure(write, never, { timeoutMs: 1_000 })
    await arrived.promise
    await clock.advance(999)
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(1)
    expect(await error).toMatchObject({ code: 'timeout', uncertain: true })
    expect(clock.pendingTimers).toBe(0)
  })

  test('nobody listening is certain: nothing was done', async () => {
    const server = createHttp()
    const port = await listening(server)
    server.close()
    const { failure } = endpointAt(`http://127.0.0.1:${port}`)
    expect(await failure(write)).toMatchObject({ code: 'unreachable', uncertain: false })
  })
})

describe('TLS', () => {
  async function secure(): Promise<string> {
    const options = { cert: certificate.certPem, key: certificate.keyPem }
    const server = createHttps(options, (_, response) => response.end('[1]\n'))
    return `https://127.0.0.1:${await listening(server)}`
  }

  test('with the authority that signed it', async () => {
    const { endpoint } = endpointAt(await secure(), { ca: certificate.certPem })
    expect(await endpoint.rows(read, never)).toEqual([[1]])
  })

  test('an unknown authority is refused, and named as such', async () => {
    const { failure } = endpointAt(await secure())
    expect(await failure(write)).toMatchObject({ code: 'tlsFailed', uncertain: false })
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('an answer that a proxy has compressed is read: %s', async (encoding, pack) => {
    const port = await listening(
      createHttp((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding })
        response.end(pack(Buffer.from('["a"]\n["b"]\n')))
      }),
    )
    expect(await endpointAt(`http://127.0.0.1:${port}`).endpoint.rows(read, never)).toEqual([['a'], ['b']])
  })

  test('one that unpacks to more than fits is refused', async () => {
    const port = await listening(
      createHttp((_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x')))
      }),
    )
    expect(await endpointAt(`http://127.0.0.1:${port}`).failure(read)).toMatchObject({ code: 'answerTooBig' })
  })

  test.each(['пароль', 'p\u0000\n\r\t:"\\', '密码🔑', ' spaces ', 'a:b:c', '\u{7F}\u{80}ÿ', '%41+&=#?'])(
    'any password goes as it is, with and without an authority: %j',
    async password => {
      const logins: string[] = []
      const listener: RequestListener = (request, response) => {
        const [, login = ''] = (request.headers.authorization ?? '').split(' ')
        logins.push(Buffer.from(login, 'base64').toString('utf8'))
        response.end('[1]\n')
      }
      const options = { cert: certificate.certPem, key: certificate.keyPem }
      const urls = [
        `http://127.0.0.1:${await listening(createHttp(listener))}`,
        `https://127.0.0.1:${await listening(createHttps(options, listener))}`,
      ]
      for (const url of urls) {
        const { endpoint } = endpointAt(url, { ca: certificate.certPem, password })
        await endpoint.rows(read, never)
      }
      expect(logins).toEqual([`operator:${password}`, `operator:${password}`])
    },
  )
})
