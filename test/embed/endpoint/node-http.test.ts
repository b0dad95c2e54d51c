import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { nodeEndpoint } from '../../../src/embed/endpoint/node-http.ts'
import type { Link } from '../../../src/embed/link.ts'
import { eventually } from '../../time/eventually.ts'
import { ask, serve, type Served } from './served.ts'

const link: Link = { token: 'h.p.s', url: 'https://datalens.yandex.cloud/', expiresIn: 270, refreshIn: 195 }
const parts = { linkFor: async () => link, onError: undefined }
const ours = { 'X-Lens-Embed': '1', 'Sec-Fetch-Site': 'same-origin' }

let served: Served

afterEach(() => served.close())

test('a body that nobody reads does not stay in the connection', async () => {
  served = await serve(nodeEndpoint(() => ({}), parts))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let round = 0; round < 3; round += 1) {
    const answered = await new Promise<string>((resolve, reject) => {
      const asking = request({ port: served.port, host: '127.0.0.1', method: 'POST', headers: ours, agent })
      asking.once('socket', ({ localPort }) => ports.add(localPort))
      asking.once('error', reject)
      asking.once('response', response => void text(response).then(resolve, reject))
      asking.end('x'.repeat(500_000))
    })
    expect(JSON.parse(answered)).toEqual(link)
  }
  agent.destroy()
  expect(ports.size).toBe(1)
})

test('a header that comes twice is none', async () => {
  served = await serve(nodeEndpoint(() => ({}), parts))
  for (const name of Object.keys(ours)) {
    const value = ours[name as keyof typeof ours]
    const { status } = await ask(served, { headers: { ...ours, [name]: [value, value] } })
    expect(status).toBe(403)
  }
})

test('an answer that somebody else has given stays', async () => {
  const ends: Promise<void>[] = []
  const endpoint = nodeEndpoint(() => ({}), parts)
  served = await serve((request, response) => {
    response.writeHead(504).end('too late')
    ends.push(endpoint(request, response))
  })
  expect(await ask(served, { headers: ours })).toMatchObject({ status: 504, body: 'too late' })
  await expect(Promise.all(ends)).resolves.toEqual([undefined])
})

test('a browser that has gone meanwhile is no error', async () => {
  const onError = vi.fn()
  const ends: Promise<void>[] = []
  const { promise: signed, resolve: sign } = Promise.withResolvers<Link>()
  const endpoint = nodeEndpoint(() => ({}), { linkFor: () => signed, onError })
  const gone = Promise.withResolvers<void>()
  served = await serve((request, response) => {
    response.once('close', gone.resolve)
    ends.push(endpoint(request, response))
  })
  const asking = request({ port: served.port, host: '127.0.0.1', method: 'POST', headers: ours })
  asking.once('error', () => undefined)
  asking.end()
  await eventually(() => ends.length === 1)
  asking.destroy()
  await gone.promise
  sign(link)
  await expect(Promise.all(ends)).resolves.toEqual([undefined])
  expect(onError).not.toHaveBeenCalled()
})
