import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { expect, test } from 'vitest'
import type { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import type { Statement } from '../../../src/clickhouse/statements.ts'
import { CodedError } from '../../../src/core/errors.ts'
import type { Fence } from '../../../src/core/fence.ts'
import { listening } from '../../proxies/listening.ts'
import { eventually } from '../../time/eventually.ts'
import { endpointInTest } from './endpoint-in-test.ts'

const never = new AbortController().signal
const write: Statement = { kind: 'grantRead', sql: 'GRANT …', what: 'grant', write: true }

async function endpointAt(server: Server, fence: Fence) {
  const port = await listening(server)
  const { clock, endpoint } = endpointInTest(`http://127.0.0.1:${port}`, { fence })
  const end = (): Promise<ClickHouseError | 'done'> =>
    endpoint.run(write, never).then(
      () => 'done' as const,
      (error: unknown) => error as ClickHouseError,
    )
  return { clock, end }
}

function fenceOf(isOpen: () => boolean, ms = 60_000): Fence {
  return {
    get isOpen() {
      return isOpen()
    },
    allow: () =>
      isOpen() ? Promise.resolve(ms) : Promise.reject(new CodedError('leadLost', 'somebody else leads')),
  }
}

test('nothing is sent behind a closed fence, and the error says why', async () => {
  let requests = 0
  const server = createHttp(() => (requests += 1))
  const { end } = await endpointAt(
    server,
    fenceOf(() => false),
  )
  expect(await end()).toMatchObject({
    code: 'aborted',
    uncertain: false,
    message: expect.stringContaining('leads') as string,
  })
  expect(requests).toBe(0)
})

test('what begins ends before the fence closes', async () => {
  let requests = 0
  const server = createHttp(() => (requests += 1))
  const { clock, end } = await endpointAt(
    server,
    fenceOf(() => true, 4_000),
  )
  const ended = end()
  await eventually(() => requests === 1, { what: 'the statement' })
  await clock.advance(4_000)
  expect(await ended).toMatchObject({ code: 'timeout', uncertain: true })
})

test('what waits for a connection when the fence closes is not sent', async () => {
  let isOpen = true
  const held: (() => void)[] = []
  const listener: RequestListener = (request, response) => {
    request.resume()
    held.push(() => response.end())
  }
  const { end } = await endpointAt(
    createHttp(listener),
    fenceOf(() => isOpen),
  )
  const all = Promise.all(Array.from({ length: 20 }, end))
  await eventually(() => held.length === 8, { what: 'as many statements as there are connections' })
  isOpen = false
  for (const answer of held) answer()
  const results = await all
  expect(results.filter(result => result === 'done')).toHaveLength(8)
  expect(results.filter(result => result !== 'done').map(({ code }) => code)).toEqual(
    Array(12).fill('aborted'),
  )
  expect(held).toHaveLength(8)
})
