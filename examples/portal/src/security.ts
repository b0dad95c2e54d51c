/** Sessions, CSRF tokens and the headers that a browser is told to be strict by. */
import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import session from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { MemorySessions } from './sessions.ts'

const sessionMs = 8 * 60 * 60 * 1000

export async function addSecurity(app: FastifyInstance, { publicUrl, dataLensUrl }: Config): Promise<void> {
  const secure = publicUrl.protocol === 'https:'
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameSrc: [dataLensUrl.origin],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
  })
  await app.register(formbody)
  await app.register(cookie)
  await app.register(session, {
    // Sessions end with the program, and so may what their cookies are signed with.
    secret: randomBytes(32).toString('base64'),
    store: new MemorySessions(),
    // A browser takes a cookie with this prefix only over https, from this very host.
    cookieName: secure ? '__Host-portal' : 'portal',
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: sessionMs },
    saveUninitialized: false,
    // A request that is under way during a logout would otherwise write the session back.
    rolling: false,
  })
  await app.register(csrf, { sessionPlugin: '@fastify/session' })
  app.addHook('onRequest', async (_request, reply) => {
    // Pages hold tokens and what a customer sees: no cache keeps them, and the back button after a logout shows none.
    reply.header('cache-control', 'no-store')
  })
}
