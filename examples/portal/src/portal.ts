/** The site, put together. It listens to nobody yet. */
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Account, Passwords } from './accounts.ts'
import type { Config } from './config.ts'
import { embedsOf } from './embeds.ts'
import { missingFrom } from './missing.ts'
import { showTrouble } from './pages.ts'
import type { Parts } from './parts.ts'
import { addAssets } from './routes/assets.ts'
import { addCompare } from './routes/compare.ts'
import { addConnect } from './routes/connect.ts'
import { addDashboard } from './routes/dashboard.ts'
import { addLobby } from './routes/lobby.ts'
import { addLogin } from './routes/login.ts'
import { addSecurity } from './security.ts'
import { Visitors } from './visitors.ts'

export interface PortalOptions {
  readonly config: Config
  readonly accounts: ReadonlyMap<string, Account>
  readonly passwords: Passwords
  readonly logger?: FastifyServerOptions['logger']
}

export async function buildPortal({ logger = false, ...given }: PortalOptions): Promise<FastifyInstance> {
  const { config, accounts } = given
  const app = fastify({
    logger,
    bodyLimit: 16 * 1024,
    // With https there is a proxy in front, which says who asks and how.
    trustProxy: config.publicUrl.protocol === 'https:' ? ['loopback', 'linklocal', 'uniquelocal'] : false,
  })
  const parts: Parts = { ...given, visitors: new Visitors(accounts), embeds: embedsOf(config, app.log) }
  await addSecurity(app, config)
  await addAssets(app)
  for (const add of [addLogin, addDashboard, addCompare, addLobby, addConnect]) add(app, parts)
  app.get('/healthz', async () => ({ status: 'ok' }))
  addTrouble(app, parts)
  app.addHook('onReady', async () => {
    for (const what of await missingFrom(parts)) app.log.warn(what)
  })
  return app
}

function addTrouble(app: FastifyInstance, { visitors }: Parts): void {
  app.setNotFoundHandler((request, reply) => {
    const says = 'There is nothing at this address.'
    return showTrouble(reply, { status: 404, title: 'Not found', says, account: visitors.accountOf(request) })
  })
  app.setErrorHandler((error: { readonly code?: string; readonly statusCode?: number }, request, reply) => {
    const account = visitors.accountOf(request)
    if (error.code?.startsWith('FST_CSRF_') === true) {
      const says =
        'This form was open for too long, or comes from another site. Nothing was done: go back, and try again.'
      return showTrouble(reply, { status: 403, title: 'This form has expired', says, account })
    }
    const status = error.statusCode ?? 500
    if (status < 500)
      return showTrouble(reply, {
        status,
        title: 'That did not work',
        says: 'The request cannot be read.',
        account,
      })
    request.log.error(error)
    const says = 'That is a fault of this site. It is in its log; try again in a while.'
    return showTrouble(reply, { status: 500, title: 'Something broke', says, account })
  })
}
