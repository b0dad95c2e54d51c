import { afterEach, expect, test } from 'vitest'
import { systemClock, type Clock } from '../../../src/core/clock.ts'
import { CodedError } from '../../../src/core/errors.ts'
import type { Fence } from '../../../src/core/fence.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { Transport } from '../../../src/kube/call/transport.ts'
import { ScriptedServer, sendJson, sendStatus, type Script } from '../../proxies/scripted-server.ts'
import { eventually } from '../../time/eventually.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal
const get = { method: 'GET', path: '/api/v1/things' } as const
const post = { method: 'POST', path: '/api/v1/things', body: { a: 1 } } as const

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function setUp(script: Script, { ms = 60_000, clock = systemClock } = {}) {
  const server = await ScriptedServer.start(script)
  closing.push(() => server.close())
  const gate = { isOpen: true, allowed: 0 }
  const fence: Fence = {
    get isOpen() {
      return gate.isOpen
    },
    allow: async () => {
      if (!gate.isOpen) throw new CodedError('leadLost', 'somebody else leads')
      gate.allowed += 1
      return ms
    },
  }
  const transport = new Transport({
    access: async () => ({
      server: `http://127.0.0.1:${server.port}`,
      headers: new Redacted({}),
      tls: new Redacted({}),
      proxy: undefined,
    }),
    clock,
    random: () => 0,
    connections: 1,
    fence,
  })
  closing.push(() => transport.close())
  return { server, gate, transport }
}

test('behind a closed fence one may read, and not write', async () => {
  const { server, gate, transport } = await setUp((_, response) => sendJson(response, 200, {}))
  gate.isOpen = false
  await transport.request(get, never)
  await expect(transport.request(post, never)).rejects.toMatchObject({ code: 'leadLost' })
  expect(server.seen.map(({ method }) => method)).toEqual(['GET'])
})

/** A call holds the only connection, and a write waits for it; `change` comes before the connection is free. */
async function waitingWrite(change: (gate: { isOpen: boolean }) => void, clock: Clock = systemClock) {
  const held: (() => void)[] = []
  const script: Script = (_, response) => void held.push(() => sendJson(response, 200, {}))
  const { server, gate, transport } = await setUp(script, { clock })
  const first = transport.request(get, never)
  await eventually(() => held.length === 1, { what: 'the call that holds the only connection' })
  const second = expect(transport.request(post, never)).rejects.toMatchObject({
    code: 'unavailable',
    uncertain: false,
  })
  await eventually(() => gate.allowed === 1, { what: 'the call that was allowed' })
  change(gate)
  for (const answer of held) answer()
  await first
  await second
  expect(server.seen).toHaveLength(1)
}

test('a write that waits for a connection when it closes is not sent, and nobody need doubt that', () =>
  waitingWrite(gate => {
    gate.isOpen = false
  }))

test('a write that waits for a connection past its deadline is not sent, also before the timer has said so', async () => {
  let stoodMs = 0
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + stoodMs }
  await waitingWrite(() => {
    stoodMs = 60_000
  }, clock)
})

test('a write is not sent again once it has closed', async () => {
  const { server, gate, transport } = await setUp((_, response) => {
    gate.isOpen = false
    response.setHeader('retry-after', '0')
    sendStatus(response, 429, { reason: 'TooManyRequests' })
  })
  await expect(transport.request(post, never)).rejects.toMatchObject({ uncertain: false })
  expect(server.seen).toHaveLength(1)
})

test('a write that begins ends before it closes', async () => {
  const clock = new VirtualClock()
  const { server, transport } = await setUp(() => undefined, { ms: 50, clock })
  const write = expect(transport.request(post, never)).rejects.toMatchObject({
    code: 'unavailable',
    uncertain: true,
  })
  await eventually(() => server.seen.length === 1, { what: 'the write that began' })
  await clock.advance(50)
  await write
})
