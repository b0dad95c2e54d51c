import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { bundlePages } from '../../../src/sandbox/http/bundle.ts'
import { pageRoutes } from '../../../src/sandbox/http/pages.ts'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'
import { ChartsApi, chartIds, chartNames, text } from './charts-api.ts'

/** The sandbox's pages, on answers that a test decides. */
export class PagesSite {
  readonly api = new ChartsApi()
  /** Newest first. */
  readonly requests: TraceRecord[] = []
  /** What a pasted token comes to. */
  connectAnswer: { readonly status: 200 | 400 | 500 | 503; readonly body: object } = {
    status: 200,
    body: made,
  }
  readonly pasted: Readonly<Record<string, string>>[] = []
  bound = true
  tables: readonly string[] | undefined = ['orders', 'products', 'regions']
  readonly url: string
  readonly #server: ReturnType<typeof createAdaptorServer>

  private constructor(server: ReturnType<typeof createAdaptorServer>, host: string) {
    this.#server = server
    this.url = `http://${host}:${(server.address() as AddressInfo).port}`
  }

  /** @param host another than that of the page around makes the browser keep the two apart */
  static async start(host: '127.0.0.1' | 'localhost' = '127.0.0.1'): Promise<PagesSite> {
    const app = new Hono()
    const server = createAdaptorServer({
      fetch: app.fetch,
      hostname: '127.0.0.1',
      serverOptions: { maxHeaderSize: 262_144 },
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const site = new PagesSite(server, host)
    app.route('/', site.api.routes)
    app.post('/api/connections', async c => {
      site.pasted.push(await c.req.json())
      return c.json(site.connectAnswer.body, site.connectAnswer.status)
    })
    app.route('/', pageRoutes(site.#source(), await bundlePages()))
    return site
  }

  #source(): Parameters<typeof pageRoutes>[0] {
    return {
      entries: () =>
        [
          {
            id: 'shop',
            scope: 'connection' as const,
            name: text('Shop in ClickHouse', 'Магазин в ClickHouse'),
          },
          { id: 'orders', scope: 'dataset' as const, name: text('Orders', 'Заказы') },
          { id: 'dash', scope: 'dash' as const, name: text('Sales of the shop', 'Продажи магазина') },
          ...chartIds.map(id => ({ id, scope: 'chart' as const, name: chartNames[id] })),
        ].map(entry => ({ ...entry, workbook: { id: 'main' } })),
      connection: id => {
        if (id !== 'shop' || !this.bound) return undefined
        const tables = (): Promise<readonly string[]> =>
          this.tables === undefined
            ? Promise.reject(new ClickHouseError('unreachable', 'away'))
            : Promise.resolve(this.tables)
        return { database: 'client_1234383', tables }
      },
      connectors: () => ['shop', 'school'],
      requests: () => this.requests,
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    if ('closeAllConnections' in this.#server) this.#server.closeAllConnections()
    await closed
  }
}

const made = {
  id: 'shop',
  name: 'Shop',
  database: 'client_1234383',
  tables: ['orders', 'products', 'regions'],
}
