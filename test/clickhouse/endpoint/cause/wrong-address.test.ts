import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type Server, type Socket } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Statement } from '../../../../src/clickhouse/statements.ts'
import { listening } from '../../../proxies/listening.ts'
import { makeTestCertificate, type TestCertificate } from '../../../proxies/test-certificate.ts'
import { endpointInTest } from '../endpoint-in-test.ts'

const never = new AbortController().signal
const read: Statement = { kind: 'readDatabases', sql: 'SELECT 1', what: 'list the databases', write: false }
const ports =
  'write the address of ClickHouse’s HTTP interface, whose port is mostly 8443 for https and 8123 for http'

let certificate: TestCertificate

beforeAll(() => {
  certificate = makeTestCertificate()
})

const clickHouse: RequestListener = (request, response) => {
  response.setHeader('x-clickhouse-server-display-name', 'ch1')
  response.end(request.url === '/ping' ? 'Ok.\n' : '[1]\n')
}

const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers)
    response.end('<html>nothing to see</html>\n')
  }

const answeringAlways =
  (text: string): RequestListener =>
  (_, response) =>
    void response.end(text)

type Part = (listener: RequestListener) => Server

const plain: Part = listener => createHttp(listener)
const secure: Part = listener => createHttps({ cert: certificate.certPem, key: certificate.keyPem }, listener)

/** A server of another protocol, as far as its first words go. */
function speaking(answer: (socket: Socket) => void): Server {
  return createTcp(socket => {
    socket.on('error', () => undefined)
    answer(socket)
  })
}

/** It answers the question for TLS, and hangs up on all that is no packet of its own. */
function postgres(answer: string): Server {
  return speaking(socket =>
    socket.once('data', (words: Buffer) => {
      if (words.readUInt32BE(4) === 80_877_103) socket.end(answer)
      else socket.destroy()
    }),
  )
}

/** What the failure of a statement says, with `PORT` for the server's. */
async function said(scheme: 'http' | 'https', server: Server): Promise<string> {
  const port = await listening(server)
  const { endpoint } = endpointInTest(`${scheme}://127.0.0.1:${port}`, { ca: certificate.certPem })
  const error = await endpoint.rows(read, never).then(
    () => new Error('it answered'),
    (failure: unknown) => failure as Error,
  )
  expect(error).toMatchObject({ code: 'unreachable' })
  return error.message.replaceAll(String(port), 'PORT').replace(/^127\.0\.0\.1:PORT /, '')
}

describe('who answers, and what to write instead', () => {
  const native = 'Port 9000 is for clickhouse-client program\r\nYou must use port 8123 for HTTP.\r\n'
  test.each<[string, 'http' | 'https', () => Server, string]>([
    [
      'ClickHouse’s plain port, by https',
      'https',
      () => plain(clickHouse),
      'answers plain HTTP and speaks no TLS: write the address of its port for https (mostly 8443), or http://127.0.0.1:PORT with allowHTTP: true if the network is trusted',
    ],
    [
      'another plain server, by https',
      'https',
      () => plain(answering(404, { server: 'nginx/1.27' })),
      `answers plain HTTP, and is not ClickHouse (HTTP 404, nginx): ${ports}`,
    ],
    [
      'ClickHouse’s secure port, by http',
      'http',
      () => secure(clickHouse),
      'speaks TLS: write https://127.0.0.1:PORT',
    ],
    [
      'a secure port that says so in plain HTTP',
      'http',
      () => {
        const tls = secure(clickHouse)
        tls.on('tlsClientError', (_error, socket: Socket) => {
          if (socket.writable)
            socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')
        })
        return tls
      },
      'speaks TLS: write https://127.0.0.1:PORT',
    ],
    ['a web server', 'http', () => plain(answering(404)), `is not ClickHouse (HTTP 404): ${ports}`],
    [
      'a web server, by https',
      'https',
      () => secure(answering(200, { server: 'Apache/2.4 (Unix)' })),
      `is not ClickHouse (HTTP 200, Apache): ${ports}`,
    ],
    [
      'a server that asks who it is',
      'http',
      () => plain(answering(401, { server: '<b>' })),
      `is not ClickHouse (HTTP 401): ${ports}`,
    ],
    [
      'a redirect',
      'http',
      () => plain(answering(301, { location: 'https://data.acme.example/login?next=secret' })),
      `redirects to https://data.acme.example (HTTP 301), which ClickHouse does not: ${ports}`,
    ],
    [
      'a redirect within',
      'http',
      () => plain(answering(302, { location: '/login' })),
      `redirects (HTTP 302), which ClickHouse does not: ${ports}`,
    ],
    [
      'a redirect to nowhere',
      'http',
      () => plain(answering(308, { location: 'javascript:alert(1)' })),
      `redirects (HTTP 308), which ClickHouse does not: ${ports}`,
    ],
    [
      'a proxy',
      'http',
      () => plain(answering(502, { server: 'envoy' })),
      'answers HTTP 502, envoy: a proxy that does not reach ClickHouse behind it',
    ],
    [
      'ClickHouse’s own protocol',
      'http',
      () =>
        speaking(socket =>
          socket.once('data', () => socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${native}`)),
        ),
      `is the port of ClickHouse’s own protocol: ${ports}`,
    ],
    [
      'ClickHouse’s own protocol, by https',
      'https',
      () =>
        speaking(socket =>
          socket.once('data', () => socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${native}`)),
        ),
      `is the port of ClickHouse’s own protocol: ${ports}`,
    ],
    [
      'a protocol that nobody knows',
      'http',
      () => speaking(socket => socket.once('data', () => socket.end('what?\r\n'))),
      `speaks no HTTP: ${ports}`,
    ],
    [
      'a protocol that nobody knows, by https',
      'https',
      () => speaking(socket => socket.once('data', () => socket.end('what?\r\n'))),
      `speaks neither TLS nor HTTP: ${ports}`,
    ],
    [
      'another protocol',
      'http',
      () => speaking(socket => socket.write('SSH-2.0-OpenSSH_9.9\r\n')),
      `is an SSH server: ${ports}`,
    ],
    [
      'another protocol, by https',
      'https',
      () => speaking(socket => socket.write('SSH-2.0-OpenSSH_9.9\r\n')),
      `is an SSH server: ${ports}`,
    ],
    [
      'ClickHouse’s port for replicas',
      'http',
      () =>
        plain((request, response) => {
          if (request.url !== '/ping') response.writeHead(401)
          const refusal = 'Server does not require HTTP Basic authentication, but client provides it'
          response.end(request.url === '/ping' ? 'Ok.\n' : refusal)
        }),
      `is the port that ClickHouse’s replicas use among themselves: ${ports}`,
    ],
    [
      'MySQL',
      'http',
      () => speaking(socket => socket.write(Buffer.from('4a0000000a382e302e3336000b00000041', 'hex'))),
      `speaks MySQL’s protocol, as MySQL does, and ClickHouse at another port: ${ports}`,
    ],
    [
      'MySQL, by https',
      'https',
      () => speaking(socket => socket.write(Buffer.from('4a0000000a382e302e3336000b00000041', 'hex'))),
      `speaks MySQL’s protocol, as MySQL does, and ClickHouse at another port: ${ports}`,
    ],
    [
      'PostgreSQL',
      'http',
      () => postgres('N'),
      `speaks PostgreSQL’s protocol, as PostgreSQL does, and ClickHouse at another port: ${ports}`,
    ],
    [
      'PostgreSQL with TLS, by https',
      'https',
      () => postgres('S'),
      `speaks PostgreSQL’s protocol, as PostgreSQL does, and ClickHouse at another port: ${ports}`,
    ],
    [
      'Keeper',
      'http',
      () =>
        speaking(socket =>
          socket.once('data', (words: Buffer) => {
            if (words.toString() === 'srvr') socket.end('ClickHouse Keeper version: v25.8.1-stable\n')
            else socket.destroy()
          }),
        ),
      `is ClickHouse Keeper or ZooKeeper: ${ports}`,
    ],
    [
      'Redis',
      'http',
      () => speaking(socket => socket.once('data', () => socket.end("-ERR unknown command 'POST'\r\n"))),
      `is Redis: ${ports}`,
    ],
    [
      'an API that answers in JSON',
      'http',
      () => plain(answeringAlways('{"status":"ok"}\n')),
      `is not ClickHouse (HTTP 200): ${ports}`,
    ],
    [
      'an API that has nothing',
      'http',
      () => plain(answeringAlways('[]\n')),
      `is not ClickHouse (HTTP 200): ${ports}`,
    ],
    [
      'a server that answers nothing',
      'http',
      () => plain(answeringAlways('')),
      `is not ClickHouse (HTTP 200): ${ports}`,
    ],
    [
      'a server that answers nothing, by https',
      'https',
      () => secure(answeringAlways('')),
      `is not ClickHouse (HTTP 200): ${ports}`,
    ],
    [
      'a port that hangs up',
      'http',
      () => speaking(socket => socket.once('data', () => socket.destroy())),
      'cannot be reached (ECONNRESET)',
    ],
    [
      'a port that hangs up, by https',
      'https',
      () => speaking(socket => socket.once('data', () => socket.destroy())),
      'cannot be reached (ECONNRESET)',
    ],
  ])('%s', async (_name, scheme, server, says) => {
    expect(await said(scheme, server())).toBe(says)
  })
})

test('nobody who was only looked at has seen the password', async () => {
  const seen: (string | undefined)[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(
      request.url === '/ping' ? `ping ${request.headers.authorization ?? 'without login'}` : undefined,
    )
    response.writeHead(404)
    response.end()
  }
  await said('http', plain(listener))
  await said('https', plain(listener))
  expect(seen.filter(Boolean)).toEqual(['ping without login', 'ping without login'])
})
