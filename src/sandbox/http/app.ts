import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { refuse } from './answer.ts'
import { chartsRoutes } from './routes/charts.ts'
import type { Bundle } from './bundle.ts'
import { connectionRoutes } from './routes/connections.ts'
import { connectorRoutes } from './routes/connectors.ts'
import { faults } from './faults.ts'
import { guard } from './guard.ts'
import { answerHeaders } from './answer-headers.ts'
import { pageRoutes, type PageSource } from './pages.ts'
import type { Env, SandboxParts } from './parts.ts'
import { rpcRoutes } from './routes/rpc.ts'
import { dataRoutes, storageRoutes } from './routes/storage.ts'
import { toolRoutes } from './routes/tools.ts'
import { tracing } from './tracing.ts'

const longestBody = 1_000_000

/** All that the sandbox serves. */
export function sandboxApp(parts: SandboxParts, bundle: Bundle): Hono<Env> {
  const app = new Hono<Env>()
  app.use(answerHeaders)
  app.use(guard)
  app.use(bodyLimit({ maxSize: longestBody, onError: tooLarge }))
  for (const traced of ['/charts/embeds/*', '/v1/*', '/embeds/entries/*', '/data/*', '/api/*', '/rpc/*'])
    app.use(traced, tracing(parts))
  app.use('/charts/embeds/*', faults(parts))
  app.route('/charts/embeds/api', chartsRoutes(parts))
  app.route('/', storageRoutes(parts))
  app.route('/data', dataRoutes(parts))
  app.route('/api', connectionRoutes(parts))
  app.route('/api/connectors', connectorRoutes(parts))
  app.route('/rpc', rpcRoutes(parts))
  app.route('/_sandbox', toolRoutes(parts))
  app.route('/', pageRoutes(pageSource(parts), bundle))
  app.notFound(c => c.json({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }, 404))
  // What nobody foresaw: its message may hold anything.
  app.onError((_, c) =>
    refuse(c, { status: 500, body: { code: 'INTERNAL', message: 'The sandbox failed.' } }),
  )
  return app
}

/** The rest of the body is not read, so the connection cannot be used again. */
function tooLarge(c: Context): Response {
  c.header('connection', 'close')
  return c.json({ code: 'BAD_REQUEST', message: 'The body is too large.' }, 413)
}

function pageSource({ catalog, connectors, trace }: SandboxParts): PageSource {
  return {
    entries: () => catalog.entries(),
    connection: id => catalog.connection(id),
    connectors: () => [...connectors.keys()],
    requests: () => trace.list(),
  }
}
