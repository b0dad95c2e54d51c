/** The HTML pages, and the files that they load. */
import { Hono, type Context } from 'hono'
import { describeFailure } from '../data/failure.ts'
import type { TraceRecord } from '../trace/record.ts'
import { chart } from '../views/chart.ts'
import { connect } from '../views/connect.ts'
import { connection, type ConnectionOptions } from '../views/connection.ts'
import { embed } from '../views/embed.ts'
import { home, type EntrySummary } from '../views/home.ts'
import { lookOf, type Look } from '../views/look.ts'
import { missing } from '../views/missing.ts'
import { shell, type Content } from '../views/shell.ts'
import { trace } from '../views/trace.ts'
import type { Bundle, ScriptName } from './bundle.ts'
import { pageHeaders } from './page-headers.ts'

/** What the pages show. */
export interface PageSource {
  readonly entries: () => readonly EntrySummary[]
  /** Undefined while a connection is bound to no database. */
  readonly connection: (id: string) => PageConnection | undefined
  readonly connectors: () => readonly string[]
  /** Newest first. */
  readonly requests: () => readonly TraceRecord[]
}

export interface PageConnection {
  readonly database: string
  /** @throws ClickHouseError */
  readonly tables: (signal: AbortSignal) => Promise<readonly string[]>
}

export function pageRoutes(source: PageSource, bundle: Bundle): Hono {
  const app = new Hono()
  const page = pageAnswer(bundle)
  const databaseOf = (id: string): string | undefined => source.connection(id)?.database
  app.get('/', c => page(c, look => home(look, { entries: source.entries(), databaseOf })))
  app.get('/connections/new', c => page(c, look => connect(look, source.connectors()), 'connect'))
  app.get('/connections/:id', async c => {
    const found = find(source, c.req.param('id'), 'connection')
    const bound = found && source.connection(found.id)
    if (found === undefined || bound === undefined) return page(c, undefined)
    const tables = await tablesOf(bound, c.req.raw.signal)
    const { database } = bound
    return page(c, look => connection(look, { name: found.name[look.language], database, ...tables }))
  })
  app.get('/charts/:id', c => {
    const found = find(source, c.req.param('id'), 'chart')
    if (found === undefined) return page(c, undefined)
    return page(c, look => chart(look, { id: found.id, name: found.name[look.language] }), 'chart')
  })
  app.get('/_sandbox/trace', c => {
    const after = Number(c.req.query('after') ?? 0)
    return page(c, look => trace(look, source.requests(), after), 'trace')
  })
  for (const kind of ['chart', 'dash'] as const) {
    const files = { style: bundle.style, script: bundle.scripts[`embed-${kind}`] }
    app.get(`/embeds/${kind}`, c =>
      c.html(embed(lookOfRequest(c), { kind, ...files }), 200, pageHeaders(true)),
    )
  }
  app.get('/assets/:name', c => fileAnswer(bundle, c))
  return app
}

type Answer = Response | Promise<Response>

/** @returns what answers with a page; without content there is none at this address */
function pageAnswer(bundle: Bundle) {
  return (c: Context, content: ((look: Look) => Content) | undefined, script?: ScriptName): Answer => {
    const look = lookOfRequest(c)
    const options = { path: c.req.path, style: bundle.style, script: script && bundle.scripts[script] }
    const status = content === undefined ? 404 : 200
    return c.html(shell(look, (content ?? missing)(look), options), status, pageHeaders(false))
  }
}

async function tablesOf(
  bound: PageConnection,
  signal: AbortSignal,
): Promise<Pick<ConnectionOptions, 'tables' | 'problem'>> {
  try {
    return { tables: await bound.tables(signal), problem: undefined }
  } catch (error) {
    return { tables: undefined, problem: describeFailure(error).says }
  }
}

function find(source: PageSource, id: string, scope: EntrySummary['scope']): EntrySummary | undefined {
  return source.entries().find(entry => entry.id === id && entry.scope === scope)
}

function lookOfRequest(c: Context): Look {
  return lookOf({ query: new URL(c.req.url).searchParams, acceptLanguage: c.req.header('accept-language') })
}

function fileAnswer({ files }: Bundle, c: Context): Response | Promise<Response> {
  const file = files.get(c.req.path)
  if (file === undefined) return c.notFound()
  const headers = { 'Content-Type': file.type, 'Cache-Control': 'public, max-age=31536000, immutable' }
  return c.body(file.content, 200, headers)
}
