/** The dashboard that everybody in the house may see, by the link that a SecureEmbed keeps fresh. */
import type { FastifyInstance } from 'fastify'
import { showPage } from '../pages.ts'
import type { Parts } from '../parts.ts'
import { answerWith } from './embed-endpoint.ts'

export function addLobby(app: FastifyInstance, { visitors, embeds }: Parts): void {
  app.get(
    '/lobby',
    visitors.members(async (account, _request, reply) => {
      const fault = await embeds.lobbyFault()
      return showPage(reply, { view: 'lobby', title: 'Lobby', account, fault })
    }),
  )

  app.post('/api/embed/lobby', (request, reply) => {
    const isMember = visitors.accountOf(request) !== undefined
    return answerWith(embeds.lobby(isMember), request, reply)
  })
}
