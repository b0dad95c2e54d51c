/** Logging in and out. */
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { Gatekeeper } from '../gatekeeper.ts'
import { showPage, showTrouble } from '../pages.ts'
import type { Parts } from '../parts.ts'
import { sessionCookie } from '../security.ts'

export function addLogin(app: FastifyInstance, { config, visitors, accounts, passwords }: Parts): void {
  const gatekeeper = new Gatekeeper(accounts, passwords)
  const cookie = sessionCookie(config)
  const checkToken: preHandlerHookHandler = (...given) => app.csrfProtection(...given)

  app.get('/login', (request, reply) =>
    visitors.accountOf(request) === undefined ? showLogin(reply) : reply.redirect('/', 303),
  )

  app.post('/login', { onRequest: refusePlainHttp, preHandler: checkToken }, async (request, reply) => {
    const { name, password } = readForm(request)
    const refusal = await gatekeeper.refusalOf({ name, password, ip: request.ip })
    if (refusal !== undefined) {
      const { status, fault, retryAfter } = refusal
      if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
      return showLogin(reply.code(status), { name, fault })
    }
    // Another session than before, so that nobody who knew the first one is logged in with it.
    await request.session.regenerate()
    request.session.account = name
    // Made now, so that no page has to write to the session later, as when it has just been ended.
    reply.generateCsrf()
    return reply.redirect('/', 303)
  })

  app.post('/logout', { preHandler: checkToken }, async (request, reply) => {
    await request.session.destroy()
    return reply.clearCookie(cookie.name, cookie.options).redirect('/login', 303)
  })

  /** No browser would keep the session's cookie, and the login form would come again and again. */
  async function refusePlainHttp(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!cookie.options.secure || request.protocol === 'https') return
    const says = `Open ${config.publicUrl.origin} instead. If you did, the proxy in front of this site does not send X-Forwarded-Proto.`
    showTrouble(reply, { status: 400, title: 'Only over https', says })
  }
}

function readForm({ body }: FastifyRequest): { readonly name: string; readonly password: string } {
  const { name, password } = (body ?? {}) as Readonly<Record<string, unknown>>
  return {
    name: typeof name === 'string' ? name.trim().slice(0, 100) : '',
    password: typeof password === 'string' ? password.slice(0, 1000) : '',
  }
}

function showLogin(
  reply: FastifyReply,
  tried: { readonly name?: string; readonly fault?: string } = {},
): FastifyReply {
  return showPage(reply, { view: 'login', title: 'Sign in', ...tried })
}
