/** The customer's own dashboard. Each viewer has a link that was signed for their tenant. */
import type { FastifyInstance } from 'fastify'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import { answerWith } from './embed-endpoint.ts'

export function addDashboard(app: FastifyInstance, { visitors, embeds }: Parts): void {
  app.get(
    '/',
    visitors.members(async (account, _request, reply) => {
      if (account.tenant === undefined) return reply.redirect('/compare', 303)
      const fault = await embeds.dashboardFault(account.tenant)
      const title = `${account.tenant.name}: sales`
      return showPage(reply, { view: 'dashboard', title, account, isMissing: fault !== undefined })
    }),
  )

  app.post('/api/embed/dashboard', (request, reply) => {
    const account = visitors.accountOf(request)
    const verdict = account === undefined ? null : (account.tenant ?? 'denied')
    return answerWith(embeds.dashboard(verdict), request, reply)
  })
}
