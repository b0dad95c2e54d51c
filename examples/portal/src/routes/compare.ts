/** Two customers side by side, for the admin: two frames, two endpoints, two tokens. */
import type { FastifyInstance } from 'fastify'
import type { Account } from '../accounts.ts'
import type { Verdict } from '../embeds.ts'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import type { Tenant } from '../tenants.ts'
import { answerWith } from './embed-endpoint.ts'

export function addCompare(app: FastifyInstance, { config, visitors, embeds }: Parts): void {
  app.get(
    '/compare',
    visitors.admins(async (account, request, reply) => {
      const shown = chosen(config.tenants, request.query)
      const faults = await Promise.all(shown.map(tenant => embeds.dashboardFault(tenant)))
      const fault = faults.find(fault => fault !== undefined)
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
    const verdict = verdictOn(visitors.accountOf(request), request.params.tenant)
    return answerWith(embeds.dashboard(verdict), request, reply)
  })

  /** Here the address says which tenant, so only who may see all of them gets anything. */
  function verdictOn(account: Account | undefined, tenantId: string): Verdict {
    if (account === undefined) return null
    if (account.tenant !== undefined) return 'denied'
    return config.tenants.find(({ id }) => id === tenantId) ?? 'denied'
  }
}

/** The two of `?tenant=acme&tenant=globex`; else the first two that there are. */
function chosen(tenants: readonly Tenant[], query: unknown): readonly Tenant[] {
  const { tenant: asked } = query as { readonly tenant?: unknown }
  const ids = Array.isArray(asked) ? asked.slice(0, 2) : []
  const found = ids.flatMap(id => tenants.filter(tenant => tenant.id === id))
  return found.length === 2 ? found : tenants.slice(0, 2)
}
