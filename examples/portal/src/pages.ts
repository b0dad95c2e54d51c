/** Pages out of the templates in views/. Eta escapes what `<%= %>` writes. */
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { FastifyReply } from 'fastify'
import type { Account } from './accounts.ts'

const eta = new Eta({ views: fileURLToPath(new URL('../views', import.meta.url)), cache: true })

/** What a page shows besides what all of them do. */
export interface PageContent {
  readonly title: string
  readonly [name: string]: unknown
}

/** Writes a page. An account is given to a page whose visitor is known. */
export function showPage(
  reply: FastifyReply,
  {
    view,
    account,
    ...content
  }: PageContent & { readonly view: string; readonly account?: Account | undefined },
): FastifyReply {
  // A token is made where a form asks for one: it begins a session.
  const common = { account, here: reply.request.routeOptions.url ?? '', csrf: () => reply.generateCsrf() }
  return reply.type('text/html; charset=utf-8').send(eta.render(`./${view}`, { ...common, ...content }))
}

/** A page that says what went wrong, and what to do. */
export function showTrouble(
  reply: FastifyReply,
  trouble: {
    readonly status: number
    readonly title: string
    readonly says: string
    readonly account?: Account | undefined
  },
): FastifyReply {
  const { status, ...content } = trouble
  return showPage(reply.code(status), { view: 'trouble', ...content })
}
