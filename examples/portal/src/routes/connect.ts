/** The customer's access token, to paste into DataLens. */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { readToken, type AccessToken } from '../mounted-token.ts'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import type { Tenant } from '../tenants.ts'

export function addConnect(app: FastifyInstance, { config, visitors }: Parts): void {
  const tokenOf = ({ id }: Tenant): Promise<AccessToken | undefined> =>
    readToken(join(config.tokensFolder, id))

  app.get(
    '/connect',
    visitors.tenants(async (account, request, reply) => {
      const access = await tokenOf(account.tenant)
      // The folder's name is for whoever runs the portal, not for the customer.
      if (access === undefined)
        request.log.warn({ tenant: account.tenant.id }, 'there is no access token in TOKENS_FOLDER')
      const newConnection = new URL('/connections/new', config.dataLensUrl).href
      return showPage(reply, { view: 'connect', title: 'Connect DataLens', account, access, newConnection })
    }),
  )

  /** For a page that stays open: whether it still shows the newest. */
  app.get('/connect/version', async (request, reply) => {
    const tenant = visitors.accountOf(request)?.tenant
    if (tenant === undefined) return reply.code(401).send({ error: 'Nobody is logged in.' })
    return { version: (await tokenOf(tenant))?.version ?? '' }
  })
}
