/** Logging in and out. */
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { FailedLogins } from '../failed-logins.ts'
import { showPage, showTrouble } from '../pages.ts'
import { fits } from '../passwords.ts'
import type { Parts } from '../parts.ts'

export function addLogin(app: FastifyInstance, { config, visitors, accounts, passwords }: Parts): void {
  const failures = new FailedLogins()
  const isSecure = config.publicUrl.protocol === 'https:'

  const checkToken: preHandlerHookHandler = (...given) => app.csrfProtection(...given)

  app.get('/login', (request, reply) =>
    visitors.accountOf(request) === undefined ? showLogin(reply) : reply.redirect('/', 303),
  )

  app.post('/login', { onRequest: refusePlainHttp, preHandler: checkToken }, async (request, reply) => {
    const { name, password } = readForm(request)
    const who = `${request.ip} ${name}`
    const wait = failures.waitFor(who)
    if (wait > 0)
      return showLogin(reply.code(429).header('retry-after', wait), {
        name,
        fault: `That was tried too often. Try again in ${wait} seconds.`,
      })
    // Counted before it is judged: of many that come at once, only so many are.
    failures.note(who)
    const hashes = await passwords.read()
    if (hashes === undefined)
      return showLogin(reply.code(503), {
        name,
        fault:
          'Nobody can sign in yet: the file with passwords is missing. The portal reads it as soon as it is there.',
      })
    if (!(await fits(password, hashes.get(name))) || !accounts.has(name))
      return showLogin(reply.code(401), { name, fault: 'There is no account with this name and password.' })
    failures.forget(who)
    // Another session than before, so that nobody who knew the first one is logged in with it.
    await request.session.regenerate()
    request.session.account = name
    reply.generateCsrf()
    return reply.redirect('/', 303)
  })

  app.post('/logout', { preHandler: checkToken }, async (request, reply) => {
    await request.session.destroy()
    return reply
      .clearCookie(isSecure ? '__Host-portal' : 'portal', { path: '/', secure: isSecure })
      .redirect('/login', 303)
  })

  /** No browser would keep the session's cookie, and the login form would come again and again. */
  async function refusePlainHttp(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!isSecure || request.protocol === 'https') return
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
