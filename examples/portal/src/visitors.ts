/** Who asks. A route takes this from the session alone, never from what the browser says of itself. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from './accounts.ts'
import { showTrouble } from './pages.ts'
import type { Tenant } from './tenants.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown
type HandlerFor<Who> = (who: Who, request: FastifyRequest, reply: FastifyReply) => unknown

export interface TenantMember extends Account {
  readonly tenant: Tenant
}

export class Visitors {
  readonly #accounts: ReadonlyMap<string, Account>

  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts
  }

  /** `undefined` for one who has not logged in. */
  accountOf({ session }: FastifyRequest): Account | undefined {
    return session?.account === undefined ? undefined : this.#accounts.get(session.account)
  }

  /** Sends others to the login. */
  members(handle: HandlerFor<Account>): Handler {
    return (request, reply) => {
      const account = this.accountOf(request)
      return account === undefined ? reply.redirect('/login', 303) : handle(account, request, reply)
    }
  }

  tenants(handle: HandlerFor<TenantMember>): Handler {
    return this.members((account, request, reply) => {
      const { name, tenant } = account
      if (tenant !== undefined) return handle({ name, tenant }, request, reply)
      const says = 'This page is a customer’s, and the admin is none. Sign in as a customer to see it.'
      return showTrouble(reply, { status: 403, title: 'Not for the admin', says, account })
    })
  }

  admins(handle: HandlerFor<Account>): Handler {
    return this.members((account, request, reply) => {
      if (account.tenant === undefined) return handle(account, request, reply)
      const says = 'This page shows several customers, and is for the admin alone.'
      return showTrouble(reply, { status: 403, title: 'For the admin', says, account })
    })
  }
}
