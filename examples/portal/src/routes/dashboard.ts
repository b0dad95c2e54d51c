/** The customer's own dashboard. Each viewer has a link that was signed for their tenant. */
import type { FastifyInstance } from 'fastify'
import type { Verdict } from '../embeds.ts'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import { answerWith } from './embed-endpoint.ts'

export function addDashboard(app: FastifyInstance, { visitors, embeds }: Parts): void {
  app.get(
    '/',
    visitors.members(async (account, _request, reply) => {
      if (account.tenant === undefined) return reply.redirect('/compare', 303)
      const fault = await embeds.dashboardFault()
      const title = `${account.tenant.name}: sales`
      return showPage(reply, { view: 'dashboard', title, account, isMissing: fault !== undefined })
    }),
  )

  app.post('/api/embed/dashboard', (request, reply) => {
    const viewer = (): Verdict => {
      const account = visitors.accountOf(request)
      if (account === undefined) return null
      return account.tenant?.params ?? 'denied'
    }
    return answerWith(embeds.dashboard(viewer), request, reply)
  })
}
