/** Several statements fail alike, and one look at the address explains all of them. It is nobody's own. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Explainer } from '../../../../src/clickhouse/endpoint/cause/explain.ts'
import type { ClickHouseError, StatementContext } from '../../../../src/clickhouse/errors.ts'
import { eventually } from '../../../time/eventually.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'

const never = new AbortController().signal
const context: StatementContext = {
  kind: 'readDatabases',
  what: 'list the databases',
  host: 'web:80',
  write: false,
  grant: undefined,
}

let server: Server
let clock: VirtualClock
let explainer: Explainer
/** Requests of looks that wait for an answer. */
let asked: ServerResponse[]

beforeEach(async () => {
  asked = []
  server = createServer((_, response) => asked.push(response))
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  clock = new VirtualClock()
  explainer = new Explainer({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock })
})
afterEach(() => {
  explainer.close()
  server.closeAllConnections()
  server.close()
})

/** A statement that got an answer which made no sense. */
const explain = (signal: AbortSignal): Promise<ClickHouseError> =>
  explainer.explain(new SyntaxError('no JSON'), context, signal)

const looks = (count: number): Promise<unknown> => eventually(() => asked.length === count)

test('whoever gives up has its answer at once, and the others get theirs from the same look', async () => {
  const leaving = new AbortController()
  const first = explain(leaving.signal)
  const second = explain(never)
  await looks(1)
  leaving.abort()
  expect((await first).message).toBe('web:80 gave no usable answer')
  asked[0]?.writeHead(404, { server: 'nginx' }).end()
  expect((await second).message).toContain('web:80 is not ClickHouse (HTTP 404, nginx)')
  expect([asked.length, clock.pendingTimers]).toEqual([1, 0])
})

test('whoever comes late and gives up does not wait for the look of another', async () => {
  const first = explain(never)
  await looks(1)
  expect((await explain(AbortSignal.abort())).message).toBe('web:80 gave no usable answer')
  asked[0]?.writeHead(404).end()
  expect((await first).message).toContain('HTTP 404')
})

test('a look ends by itself, and the next failure has one of its own', async () => {
  const first = explain(never)
  await looks(1)
  await clock.advance(5_000)
  expect((await first).message).toBe('web:80 gave no usable answer')
  const second = explain(never)
  await looks(2)
  asked[1]?.writeHead(404).end()
  expect((await second).message).toContain('HTTP 404')
})

test('closing ends it', async () => {
  const first = explain(never)
  await looks(1)
  explainer.close()
  expect((await first).message).toBe('web:80 gave no usable answer')
  expect(clock.pendingTimers).toBe(0)
})
