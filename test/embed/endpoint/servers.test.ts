import { createRequire } from 'node:module'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { importSPKI, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { embedder } from '../../../src/embed/embedder.ts'
import type { Link } from '../../../src/embed/link.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'
import { ask, listenerOf, serve, servedBy, type Listener, type Served } from './served.ts'

const publicKey = await importSPKI(embedVectors.key.publicPem, 'PS256')
const failures: unknown[] = []
const sales = embedder({
  platform: 'Yandex',
  kind: 'Dashboard',
  embedId: 'pgx4ekt5dj3u1',
  key: embedVectors.key.privatePem,
  required: ['tenant'],
  onError: error => void failures.push(error),
})

type Verdict = { readonly tenant: string } | null | 'denied'

/** Who is logged in, as a session store would say it. */
function sessionOf(cookie: string | null | undefined): Verdict {
  const user = /session=(\w*)/.exec(cookie ?? '')?.[1]
  if (user === 'broken') throw new Error('the session store does not answer')
  if (user === 'guest') return 'denied'
  return user === undefined ? null : { tenant: user }
}

// Express brings no types.
const require = createRequire(import.meta.url)
const express = require('express') as ExpressModule
interface ExpressModule {
  (): Listener & {
    use(middleware: unknown): void
    post(path: string, handler: (request: ExpressRequest, response: ServerResponse) => unknown): void
  }
  json(): unknown
}
interface ExpressRequest extends IncomingMessage {
  readonly body: unknown
}

const path = '/api/embed/sales'

const servers: Readonly<Record<string, () => Promise<Served>>> = {
  'node:http': () => serve(sales.nodeEndpoint(request => sessionOf(request.headers.cookie))),

  'Express, with the body parsed': () => {
    const app = express()
    app.use(express.json())
    app.post(
      path,
      sales.nodeEndpoint((request: ExpressRequest) => sessionOf(request.headers.cookie)),
    )
    return serve(app)
  },

  Fastify: async () => {
    const app = Fastify()
    app.post(path, (request, reply) => {
      reply.hijack()
      return sales.nodeEndpoint(() => sessionOf(request.headers.cookie))(request.raw, reply.raw)
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return servedBy(app.server)
  },

  Hono: () => {
    const app = new Hono()
    app.post(path, c => sales.endpoint(() => sessionOf(c.req.header('cookie')))(c.req.raw))
    return serve(listenerOf(app.fetch))
  },

  'a route handler, as in Next.js': () => {
    const POST = sales.endpoint(async request => sessionOf(request.headers.get('cookie')))
    return serve(listenerOf(POST))
  },
}

const ours = { 'X-Lens-Embed': '1', 'Sec-Fetch-Site': 'same-origin' }

describe.each(Object.entries(servers))('%s', (_, start) => {
  let served: Served

  beforeEach(async () => {
    failures.length = 0
    served = await start()
  })

  afterEach(() => served.close())

  test('gives a viewer a link of his own', async () => {
    const { status, headers, body } = await ask(served, { headers: { ...ours, Cookie: 'session=acme' } })
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    })
    const { token, url, expiresIn, refreshIn } = body as Link
    const { payload } = await jwtVerify(token, publicKey)
    expect(payload).toMatchObject({ embedId: 'pgx4ekt5dj3u1', params: { tenant: 'acme' } })
    expect(url).toBe(`https://datalens.yandex.cloud/embeds/dash#dl_embed_token=${token}`)
    expect(Number.isInteger(expiresIn) && Number.isInteger(refreshIn)).toBe(true)
    expect(refreshIn).toBeLessThan(expiresIn)
  })

  test('takes nothing of what the browser says', async () => {
    const body = JSON.stringify({ tenant: 'globex', embedId: 'another', filler: 'x'.repeat(50_000) })
    const answered = await ask(served, {
      headers: { ...ours, Cookie: 'session=acme', 'Content-Type': 'application/json' },
      body,
    })
    const { payload } = await jwtVerify((answered.body as Link).token, publicKey)
    expect(payload).toMatchObject({ embedId: 'pgx4ekt5dj3u1', params: { tenant: 'acme' } })
  })

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['nobody is logged in', ours, 401],
    ['the viewer may not see it', { ...ours, Cookie: 'session=guest' }, 403],
    ['another site asks', { ...ours, 'Sec-Fetch-Site': 'cross-site', Cookie: 'session=acme' }, 403],
    ['a form asks', { 'Sec-Fetch-Site': 'same-origin', Cookie: 'session=acme' }, 403],
    ['the session’s tenant is empty', { ...ours, Cookie: 'session=' }, 500],
    ['the session cannot be read', { ...ours, Cookie: 'session=broken' }, 500],
  ])('%s', async (_, headers, expected) => {
    const { status, body, headers: got } = await ask(served, { headers })
    expect(status).toBe(expected)
    expect(got['cache-control']).toBe('no-store')
    expect(body).toEqual({ error: expect.any(String) as string })
    expect(failures).toHaveLength(expected === 500 ? 1 : 0)
    expect(JSON.stringify(body)).not.toMatch(/tenant|session store/)
  })
})
