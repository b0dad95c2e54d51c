import { request, type OutgoingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDiagnosticsServer } from '../../../src/telemetry/diagnostics/server.ts'
import type { PlainServer } from '../../../src/telemetry/plain-server.ts'
import { createLogger, type Logger } from '../../../src/telemetry/log.ts'
import { Verbosity, type LogLevel } from '../../../src/telemetry/verbosity.ts'
import { eventually } from '../../time/eventually.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

let server: PlainServer
let verbosity: Verbosity
let clock: VirtualClock
let leads: boolean
let lines: string[]
let log: Logger
beforeEach(async () => {
  clock = new VirtualClock()
  verbosity = new Verbosity('info')
  leads = true
  lines = []
  log = createLogger({ level: verbosity, destination: { write: line => void lines.push(line) } })
  server = await startDiagnosticsServer({ port: 0, verbosity, clock, log, name: 'pod-1', leads: () => leads })
})
afterEach(() => server.close())

const urlOf = (path: string): string => `http://127.0.0.1:${server.port}${path}`

const messages = (): unknown[] =>
  lines.map(line => {
    const { level, msg, from, to } = JSON.parse(line) as Readonly<Record<string, unknown>>
    return from === undefined ? msg : [level, msg, from, to]
  })

/** As browsers ask, which let no page choose these headers. */
function statusFor(headers: OutgoingHttpHeaders, path = '/log-level'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(urlOf(path), { headers }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once('error', reject).end()
  })
}

describe('the log level', () => {
  test('changes at once, also for loggers that were made before', async () => {
    const child = log.child({ connection: 'datalens/default' })
    child.debug('before')
    const answer = await fetch(urlOf('/log-level'), { method: 'PUT', body: 'debug\n' })
    expect([answer.status, await answer.text()]).toEqual([200, 'debug\npod-1, which leads\n'])
    child.debug('after')
    verbosity.level = 'silent'
    child.error('nobody hears it')
    expect(messages()).toEqual([['info', 'the log level was changed', 'info', 'debug'], 'after'])
    leads = false
    expect(await (await fetch(urlOf('/log-level'))).text()).toBe('silent\npod-1, which stands by\n')
  })

  test.each<[LogLevel, LogLevel, string]>([
    ['info', 'debug', 'info'],
    ['debug', 'silent', 'info'],
    ['info', 'error', 'info'],
    ['silent', 'warn', 'warn'],
    ['error', 'silent', 'error'],
    ['silent', 'info', 'info'],
  ])('from %s to %s stands in the log, as %s', async (from, to, level) => {
    verbosity.level = from
    await fetch(urlOf('/log-level'), { method: 'PUT', body: to })
    await fetch(urlOf('/log-level'), { method: 'PUT', body: to })
    expect(messages()).toEqual([[level, 'the log level was changed', from, to]])
    expect(verbosity.level).toBe(to)
  })

  test.each(['loud', '', 'debug'.repeat(1_000)])('is never %.12s', async body => {
    const answer = await fetch(urlOf('/log-level'), { method: 'PUT', body })
    expect(answer.status).toBe(400)
    expect(verbosity.level).toBe('info')
  })
})

describe('a profile', () => {
  /** Lets the seconds pass, once they are waited for. */
  async function taken(path: string): Promise<Record<string, unknown>> {
    const asked = fetch(urlOf(path))
    await eventually(() => Promise.resolve(clock.pendingTimers > 0))
    await clock.advance(10_000)
    const answer = await asked
    expect(answer.status).toBe(200)
    expect(answer.headers.get('lenskeeper-process')).toBe('pod-1, which leads')
    return (await answer.json()) as Record<string, unknown>
  }

  test('of the processor and of the heap, as tools read them, and without what is in memory', async () => {
    const secret = `kept-in-memory-${'z'.repeat(40)}`
    expect(await taken('/profile/cpu')).toMatchObject({
      nodes: expect.any(Array),
      samples: expect.any(Array),
    })
    const heap = await taken('/profile/heap?seconds=10')
    expect(heap).toMatchObject({ head: { callFrame: expect.any(Object) } })
    expect(JSON.stringify(heap)).not.toContain(secret)
  })

  test('is one at a time', async () => {
    const first = fetch(urlOf('/profile/cpu'))
    await eventually(() => Promise.resolve(clock.pendingTimers > 0))
    expect((await fetch(urlOf('/profile/heap'))).status).toBe(409)
    await clock.advance(10_000)
    expect((await first).status).toBe(200)
  })

  test.each(['0', '61', '600', '-1', '1e1', 'x', ''])('does not take %j seconds', async seconds => {
    expect((await fetch(urlOf(`/profile/cpu?seconds=${seconds}`))).status).toBe(400)
  })
})

test('nothing else is there, and nobody who names another host is answered', async () => {
  for (const path of ['/', '/profile', '/heap-snapshot', '/profile/cpu/../heap-snapshot'])
    expect((await fetch(urlOf(path))).status, path).toBe(404)
  expect((await fetch(urlOf('/log-level'), { method: 'POST', body: 'debug' })).status).toBe(404)
  expect(await statusFor({ host: 'evil.example' })).toBe(403)
  expect(await statusFor({ host: '127.0.0.1.evil.example:80' })).toBe(403)
  expect(await statusFor({ host: 'localhost:6060' })).toBe(200)
})

test.each<[string, OutgoingHttpHeaders, number]>([
  ['curl', {}, 200],
  ['an address that somebody types', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
  ['itself', { 'sec-fetch-site': 'same-origin' }, 200],
  ['an image in a page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }, 403],
  ['a page on another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
  ['a script', { origin: 'https://evil.example' }, 403],
  ['a script without an origin', { origin: 'null' }, 403],
  ['an older browser', { referer: 'https://evil.example/' }, 403],
])('asked by %s', async (_name, headers, status) => {
  expect(await statusFor(headers)).toBe(status)
  if (status === 200) return
  expect(await statusFor(headers, '/profile/cpu?seconds=60')).toBe(status)
  expect(clock.pendingTimers).toBe(0)
})
