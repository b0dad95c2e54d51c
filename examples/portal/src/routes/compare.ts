/** Two customers side by side, for the admin: two frames, two endpoints, two tokens. */
import type { FastifyInstance } from 'fastify'
import type { Verdict } from '../embeds.ts'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import type { Tenant } from '../tenants.ts'
import { answerWith } from './embed-endpoint.ts'

export function addCompare(app: FastifyInstance, { config, visitors, embeds }: Parts): void {
  app.get(
    '/compare',
    visitors.admins(async (account, request, reply) => {
      const fault = await embeds.dashboardFault()
      const shown = chosen(config.tenants, request.query)
      return showPage(reply, {
        view: 'compare',
        title: 'Compare',
        account,
        tenants: config.tenants,
        shown,
        fault,
      })
    }),
  )

  app.post<{ Params: { tenant: string } }>('/api/embed/tenants/:tenant', (request, reply) => {
    const viewer = (): Verdict => {
      const account = visitors.accountOf(request)
      if (account === undefined) return null
      // Here the address says which tenant, so only who may see all of them gets anything.
      const tenant = config.tenants.find(({ id }) => id === request.params.tenant)
      return account.tenant === undefined && tenant !== undefined ? tenant.params : 'denied'
    }
    return answerWith(embeds.dashboard(viewer), request, reply)
  })
}

/** The two of `?tenant=acme&tenant=globex`; else the first two that there are. */
function chosen(tenants: readonly Tenant[], query: unknown): readonly Tenant[] {
  const { tenant: asked } = query as { readonly tenant?: unknown }
  const ids = Array.isArray(asked) ? asked.slice(0, 2) : []
  const found = ids.flatMap(id => tenants.filter(tenant => tenant.id === id))
  return found.length === 2 ? found : tenants.slice(0, 2)
}
