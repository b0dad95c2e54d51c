/** What pages load: the files in public/, and the browser helper as the package brings it. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

export async function addAssets(app: FastifyInstance): Promise<void> {
  const helper = fileURLToPath(import.meta.resolve('@lenskeeper/embed/browser/lens-embed.min.js'))
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('../../public', import.meta.url)),
    prefix: '/assets/',
  })
  app.get('/assets/lens-embed.min.js', (_request, reply) =>
    reply.sendFile('lens-embed.min.js', dirname(helper)),
  )
}
