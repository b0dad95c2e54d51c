import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { systemClock, type Clock } from '../../../src/core/clock.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import type { AccessSource } from '../../../src/kube/access/access.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { Transport, type TransportOptions } from '../../../src/kube/call/transport.ts'
import { eventually } from '../../time/eventually.ts'
import { ScriptedServer, sendJson, sendStatus, type Script } from '../../proxies/scripted-server.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal
const get = { method: 'GET', path: '/api/v1/things' } as const
const post = { method: 'POST', path: '/api/v1/things', body: { a: 1 } } as const

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function peer(script: Script): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script)
  closing.push(() => server.close())
  return server
}

function accessTo(port: number, token = 'secret-token'): AccessSource {
  return async () => ({
    server: `http://127.0.0.1:${port}`,
    headers: new Redacted({ authorization: `Bearer ${token}` }),
    tls: new Redacted({}),
    proxy: undefined,
  })
}

function transportTo(access: AccessSource | number, more: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport({
    access: typeof access === 'number' ? accessTo(access) : access,
    clock: systemClock,
    random: () => 0,
    ...more,
  })
  closing.push(() => transport.close())
  return transport
}

/** Retries wait by this clock, so tests do not: every timer but a call's deadline is due at once. */
const impatientClock: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms < 10_000 ? 0 : ms, run),
}

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await promise.then(
    value => new Error(`succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (error instanceof KubeError) return error
  throw error
}

describe('a call', () => {
  test('sends credentials, query and JSON, and gives the answer', async () => {
    const server = await peer((_, response) => sendJson(response, 201, { made: 'ä' }))
    const call = { ...post, query: { fieldManager: 'lenskeeper', labelSelector: 'a=b,c in (d)' } }
    expect(await transportTo(server.port).request(call, never)).toEqual({ made: 'ä' })
    const [seen] = server.seen
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/api/v1/things?fieldManager=lenskeeper&labelSelector=a%3Db%2Cc+in+%28d%29',
      body: '{"a":1}',
    })
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer secret-token',
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': `lenskeeper/${manifest.version}`,
    })
  })

  test('says who asks', async () => {
    const server = await peer((_, response) => sendJson(response, 201, {}))
    await transportTo(server.port, { userAgent: 'lenskeeper-cli/1.2.3' }).request(post, never)
    expect(server.seen[0]?.headers['user-agent']).toBe('lenskeeper-cli/1.2.3')
  })

  test('many of them share a bounded number of kept connections', async () => {
    const server = await peer((_, response) => sendJson(response, 200, {}))
    const transport = transportTo(server.port, { connections: 4 })
    await Promise.all(Array.from({ length: 100 }, () => transport.request(get, never)))
    await Promise.all(Array.from({ length: 100 }, () => transport.request(get, never)))
    expect(server.seen).toHaveLength(200)
    expect(server.connectionsMade).toBeLessThanOrEqual(4)
  })

  test.each([
    [400, 'BadRequest', 'invalid'],
    [401, 'Unauthorized', 'unauthorized'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'notFound'],
    [409, 'AlreadyExists', 'alreadyExists'],
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [415, 'UnsupportedMediaType', 'invalid'],
    [422, 'Invalid', 'invalid'],
    [429, 'TooManyRequests', 'throttled'],
    [500, 'InternalError', 'unavailable'],
    [503, 'ServiceUnavailable', 'unavailable'],
  ])('answered with %i %s fails as %s with the server’s message', async (status, reason, code) => {
    const details = { name: 'x', kind: 'things', uid: 'u', group: 'g', causes: [{ reason: 'FieldValue' }] }
    const server = await peer((_, response) => {
      sendStatus(response, status, { reason, message: `because ${reason}`, details })
    })
    const error = await failureOf(transportTo(server.port).request(get, never))
    expect(error).toMatchObject({ code, status, reason, message: `because ${reason}`, uncertain: false })
    expect(error.details).toEqual({ name: 'x', kind: 'things', uid: 'u', group: 'g' })
  })

  test('errors never show credentials, headers, or a body that is no Status', async () => {
    const server = await peer((seen, response) => {
      response.writeHead(500, { 'x-echo': seen.headers.authorization ?? '' })
      response.end(`<html>${seen.headers.authorization}</html>`)
    })
    const error = await failureOf(transportTo(server.port).request(post, never))
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('secret-token')
    expect(error.message).toBe('the API server answered 500')
  })
})

test('an answer that is too large is given up, and is told apart from a server that is away', async () => {
  const server = await peer((_, response) => void response.end(`"${'x'.repeat(17 * 1024 * 1024)}"`))
  const read = transportTo(server.port).request(get, never)
  await expect(read).rejects.toMatchObject({ code: 'answerTooLarge', retryable: false })
  expect(server.seen).toHaveLength(1)
})

describe('retries', () => {
  test.each([429, 503])('%i with Retry-After is tried again after that time', async status => {
    const server = await peer((_, response, index) => {
      if (index < 2) sendStatus(response, status, {}, { 'retry-after': '1' })
      else sendJson(response, 200, { ok: true })
    })
    const clock = new VirtualClock()
    const result = transportTo(server.port, { clock }).request(post, never)
    for (const tries of [1, 2]) {
      await eventually(() => server.seen.length === tries && clock.pendingTimers === 2, { everyMs: 5 })
      await clock.advance(999)
      expect(server.seen).toHaveLength(tries)
      await clock.advance(1)
    }
    expect(await result).toEqual({ ok: true })
    expect(clock.pendingTimers).toBe(0)
  })

  test('give up after four attempts and hand on the server’s wish', async () => {
    const server = await peer((_, response) => sendStatus(response, 429, {}, { 'retry-after': '1' }))
    const error = await failureOf(transportTo(server.port, { clock: impatientClock }).request(get, never))
    expect(error).toMatchObject({ code: 'throttled', retryable: true, retryAfterMs: 1000 })
    expect(server.seen).toHaveLength(4)
  })

  test.each([
    ['500', 500, {}],
    ['503 without Retry-After', 503, {}],
    ['504', 504, { 'retry-after': '1' }],
  ])('a write answered with %s is not sent again and is uncertain', async (_, status, headers) => {
    const server = await peer((_, response) => sendStatus(response, status, {}, headers))
    const error = await failureOf(transportTo(server.port).request(post, never))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, uncertain: true })
    expect(server.seen).toHaveLength(1)
  })

  test('a write whose connection breaks is not sent again and is uncertain', async () => {
    const server = await peer((_, response) => void response.socket?.destroy())
    const error = await failureOf(transportTo(server.port, { clock: impatientClock }).request(post, never))
    expect(error).toMatchObject({ code: 'unavailable', uncertain: true })
    expect(server.seen).toHaveLength(1)
  })

  test('an answer cut in its body leaves a write uncertain', async () => {
    const server = await peer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"half":', () => response.socket?.destroy())
    })
    const error = await failureOf(transportTo(server.port).request(post, never))
    expect(error).toMatchObject({ code: 'unavailable', uncertain: true })
  })

  test('a read whose connection breaks is sent once more', async () => {
    const server = await peer((_, response, index) => {
      if (index === 0) response.socket?.destroy()
      else sendJson(response, 200, { ok: true })
    })
    const transport = transportTo(server.port, { clock: impatientClock })
    expect(await transport.request(get, never)).toEqual({ ok: true })
    expect(server.seen).toHaveLength(2)
  })

  test('a refused connection is tried again, for writes too', async () => {
    const gone = await ScriptedServer.start(() => {})
    const { port } = gone
    await gone.close()
    const clock = new VirtualClock()
    const result = transportTo(port, { clock }).request(post, never)
    // The deadline and the pause before the second attempt.
    await eventually(() => clock.pendingTimers === 2, { everyMs: 5 })
    const server = await ScriptedServer.start((_, response) => sendJson(response, 200, {}), undefined, port)
    closing.push(() => server.close())
    await clock.advance(1000)
    expect(await result).toEqual({})
    expect(server.seen).toHaveLength(1)
  })

  test('nobody there: unavailable, and certainly not done', async () => {
    const gone = await ScriptedServer.start(() => {})
    await gone.close()
    const error = await failureOf(transportTo(gone.port, { clock: impatientClock }).request(post, never))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, uncertain: false })
    expect(error.message).toContain('ECONNREFUSED')
  })
})

describe('deadline and abort', () => {
  test('a call that is never answered ends at its deadline; a write is then uncertain', async () => {
    const server = await peer(() => {})
    const clock = new VirtualClock()
    const failure = failureOf(
      transportTo(server.port, { clock }).request({ ...post, deadlineMs: 3000 }, never),
    )
    await eventually(() => server.seen.length === 1, { everyMs: 5 })
    await clock.advance(3000)
    expect(await failure).toMatchObject({ code: 'unavailable', uncertain: true })
    expect((await failure).message).toContain('no answer within 3 s')
    await eventually(() => server.connections.size === 0, { what: 'the connection is closed', everyMs: 5 })
  })

  test('an abort ends a call at once, with the caller’s reason, and closes its connection', async () => {
    const server = await peer(() => {})
    const abort = new AbortController()
    const result = transportTo(server.port).request(get, abort.signal)
    await eventually(() => server.seen.length === 1, { everyMs: 5 })
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(result).rejects.toBe(reason)
    await eventually(() => server.connections.size === 0, { everyMs: 5 })
  })

  test('an abort also ends what waits for a connection', async () => {
    const server = await peer(() => {})
    const transport = transportTo(server.port, { connections: 1 })
    const first = new AbortController()
    const second = new AbortController()
    const results = [transport.request(get, first.signal), transport.request(post, second.signal)]
    await eventually(() => server.seen.length === 1, { everyMs: 5 })
    second.abort()
    await expect(results[1]).rejects.toMatchObject({ name: 'AbortError' })
    first.abort()
    await expect(results[0]).rejects.toMatchObject({ name: 'AbortError' })
    expect(server.seen).toHaveLength(1)
  })

  test('a long-lived signal collects no listeners', async () => {
    const server = await peer((_, response) => sendJson(response, 200, {}))
    const { signal, listeners } = countingSignal()
    const transport = transportTo(server.port)
    await Promise.all(Array.from({ length: 50 }, () => transport.request(get, signal)))
    expect(listeners()).toBe(0)
    for await (const _ of transport.stream(get, signal)) expect(listeners()).toBe(1)
    expect(listeners()).toBe(0)
  })
})

describe('login', () => {
  test('a 401 has the credentials read anew at once, and the call sent again', async () => {
    const server = await peer((seen, response) => {
      if (seen.headers.authorization === 'Bearer new') sendJson(response, 201, {})
      else sendStatus(response, 401, { reason: 'Unauthorized' })
    })
    let reads = 0
    const access: AccessSource = async rejected => {
      reads++
      return await accessTo(server.port, rejected ? 'new' : 'old')(rejected)
    }
    const transport = transportTo(access)
    await Promise.all([transport.request(post, never), transport.request(post, never)])
    expect(reads).toBe(2)
    await transport.request(post, never)
    expect(reads).toBe(2)
  })

  test('a second 401 is an error, not a loop', async () => {
    const server = await peer((_, response) => sendStatus(response, 401))
    const error = await failureOf(transportTo(server.port).request(get, never))
    expect(error.code).toBe('unauthorized')
    expect(server.seen).toHaveLength(2)
  })
})

describe('a stream', () => {
  test('gives lines as they come, however they are cut, and ends with the answer', async () => {
    const text = Buffer.from('{"n":1,"s":"äöü€😀"}\n{"n":2}\n\n{"n":3}\n')
    const server = await peer(async (_, response) => {
      response.writeHead(200)
      for (const byte of text) {
        if (!response.write(Buffer.of(byte))) await once(response, 'drain')
      }
      response.end()
    })
    const lines: unknown[] = []
    for await (const line of transportTo(server.port).stream(get, never)) lines.push(line)
    expect(lines).toEqual([{ n: 1, s: 'äöü€😀' }, { n: 2 }, { n: 3 }])
  })

  test('tells that it has begun before it has a line', async () => {
    let begin = (): void => {}
    const asked = Promise.withResolvers<void>()
    const server = await peer((_, response) => {
      begin = () => response.writeHead(200).flushHeaders()
      asked.resolve()
    })
    const abort = new AbortController()
    const opened = Promise.withResolvers<void>()
    let isOpen = false
    const onOpen = (): void => {
      isOpen = true
      opened.resolve()
    }
    const first = transportTo(server.port).stream(get, abort.signal, onOpen).next()
    await asked.promise
    expect(isOpen).toBe(false)
    begin()
    await opened.promise
    abort.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
  })

  test('a line is there before the answer ends', async () => {
    const server = await peer((_, response) => {
      response.writeHead(200)
      response.write('{"n":1}\n{"n":')
    })
    const abort = new AbortController()
    const stream = transportTo(server.port).stream(get, abort.signal)
    expect(await stream.next()).toEqual({ done: false, value: { n: 1 } })
    const second = stream.next()
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(second).rejects.toBe(reason)
    await eventually(() => server.connections.size === 0, { what: 'the socket is closed', everyMs: 5 })
  })

  test.each([
    ['cut within a line', (end: () => void) => end(), '{"n":1}\n{"n":'],
    ['something that is not JSON', (end: () => void) => end(), '{"n":1}\n<html>\n'],
  ])('%s is an error, after what came before', async (_, finish, text) => {
    const server = await peer((_, response) => {
      response.writeHead(200)
      response.write(text)
      finish(() => response.end())
    })
    const stream = transportTo(server.port).stream(get, never)
    expect(await stream.next()).toEqual({ done: false, value: { n: 1 } })
    expect(await failureOf(stream.next())).toMatchObject({ code: 'unavailable', retryable: true })
  })

  test('a broken connection is an error', async () => {
    const server = await peer((_, response) => {
      response.writeHead(200)
      response.write('{"n":1}\n', () => response.socket?.destroy())
    })
    const stream = transportTo(server.port).stream(get, never)
    expect(await failureOf(stream.next().then(() => stream.next()))).toMatchObject({ code: 'unavailable' })
  })

  test('a refusal is an error with its code', async () => {
    const server = await peer((_, response) => {
      sendStatus(response, 410, { reason: 'Expired', message: 'too old' })
    })
    const refused = transportTo(server.port).stream(get, never)
    expect(await failureOf(refused.next())).toMatchObject({ code: 'gone', message: 'too old' })
  })

  test('leaving early closes the socket', async () => {
    const server = await peer((_, response) => void response.writeHead(200).write('{"n":1}\n'))
    for await (const _ of transportTo(server.port).stream(get, never)) break
    expect(server.seen).toHaveLength(1)
    await eventually(() => server.connections.size === 0, { everyMs: 5 })
  })

  test('no head within the deadline is an error; a silent body is not', async () => {
    const server = await peer((_, response, index) => {
      if (index > 0) response.writeHead(200).flushHeaders()
    })
    const clock = new VirtualClock()
    const transport = transportTo(server.port, { clock })
    const first = failureOf(transport.stream(get, never).next())
    await eventually(() => server.seen.length === 1, { everyMs: 5 })
    await clock.advance(15_000)
    expect(await first).toMatchObject({ code: 'unavailable' })

    const abort = new AbortController()
    const second = transport.stream(get, abort.signal).next()
    await eventually(() => server.seen.length === 2 && clock.pendingTimers === 0, { everyMs: 5 })
    await clock.advance(600_000)
    abort.abort()
    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('closing', () => {
  test('leaves no connection and fails what is under way', async () => {
    const server = await peer((seen, response) => {
      if (seen.url.includes('watch')) response.writeHead(200).write('{}\n')
    })
    const transport = transportTo(server.port)
    const call = failureOf(transport.request(post, never))
    const stream = transport.stream({ ...get, query: { watch: 'true' } }, never)
    await stream.next()
    await eventually(() => server.seen.length === 2, { everyMs: 5 })
    await transport.close()
    expect((await call).code).toBe('unavailable')
    expect((await failureOf(stream.next())).code).toBe('unavailable')
    await eventually(() => server.connections.size === 0, { everyMs: 5 })
  })
})

function countingSignal(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController()
  let count = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--
    remove(...args)
  }
  return { signal, listeners: () => count }
}
