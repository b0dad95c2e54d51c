import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint } from '../embeds.ts'

/** Leaves the answer to an endpoint of the library. Without one the page asks again, until somebody has set it up. */
export function answerWith(
  endpoint: Endpoint | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> | FastifyReply {
  if (endpoint === undefined)
    return reply.code(503).header('retry-after', 10).send({ error: 'EMBED_ID is not set.' })
  reply.hijack()
  return endpoint(request.raw, reply.raw)
}
