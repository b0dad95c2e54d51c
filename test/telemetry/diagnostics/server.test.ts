import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDiagnosticsServer, type DiagnosticsServer } from '../../../src/telemetry/diagnostics/server.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { Verbosity } from '../../../src/telemetry/verbosity.ts'
import { eventually } from '../../time/eventually.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

let server: DiagnosticsServer
let verbosity: Verbosity
let clock: VirtualClock
beforeEach(async () => {
  clock = new VirtualClock()
  verbosity = new Verbosity('info')
  server = await startDiagnosticsServer({ port: 0, verbosity, clock })
})
afterEach(() => server.close())

const urlOf = (path: string): string => `http://127.0.0.1:${server.port}${path}`

/** As a page does whose name was made to lead here. */
function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(urlOf('/log-level'), { headers: { host } }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once('error', reject).end()
  })
}

describe('the log level', () => {
  test('changes at once, also for loggers that were made before', async () => {
    const lines: string[] = []
    const log = createLogger({ level: verbosity, destination: { write: line => void lines.push(line) } })
    const child = log.child({ connection: 'datalens/default' })
    child.debug('before')
    const answer = await fetch(urlOf('/log-level'), { method: 'PUT', body: 'debug\n' })
    expect([answer.status, await answer.text()]).toEqual([200, 'debug\n'])
    child.debug('after')
    verbosity.level = 'silent'
    child.error('nobody hears it')
    expect(lines.map(line => (JSON.parse(line) as { msg: string }).msg)).toEqual(['after'])
    expect(await (await fetch(urlOf('/log-level'))).text()).toBe('silent\n')
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
  expect(await statusFor('evil.example')).toBe(403)
  expect(await statusFor('127.0.0.1.evil.example:80')).toBe(403)
  expect(await statusFor('localhost:6060')).toBe(200)
})
