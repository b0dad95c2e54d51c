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

/** The cookie that says which session a browser has. */
export function sessionCookie({ publicUrl }: Config) {
  const secure = publicUrl.protocol === 'https:'
  return {
    // A browser takes a cookie with this prefix only over https, from this very host.
    name: secure ? '__Host-portal' : 'portal',
    options: { path: '/', httpOnly: true, sameSite: 'lax', secure } as const,
  }
}

export async function addSecurity(app: FastifyInstance, config: Config): Promise<void> {
  const cookieOfSession = sessionCookie(config)
  await addHeaders(app, config)
  await app.register(formbody)
  await app.register(cookie)
  await app.register(session, {
    // Sessions end with the program, and so may what their cookies are signed with.
    secret: randomBytes(32).toString('base64'),
    store: new MemorySessions(),
    cookieName: cookieOfSession.name,
    cookie: { ...cookieOfSession.options, maxAge: sessionMs },
    saveUninitialized: false,
    // A request that is under way during a logout would otherwise write the session back.
    rolling: false,
  })
  await app.register(csrf, { sessionPlugin: '@fastify/session' })
}

async function addHeaders(app: FastifyInstance, { publicUrl, dataLensUrl }: Config): Promise<void> {
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
    strictTransportSecurity: publicUrl.protocol === 'https:' ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
  })
  app.addHook('onRequest', async (_request, reply) => {
    // Pages hold tokens and what a customer sees: no cache keeps them, and the back button after a logout shows none.
    reply.header('cache-control', 'no-store')
  })
}
