/** Looks at the portal as its viewers do, over HTTP, and at what their links show. */
import { inspect } from '../../embed/inspect.ts'
import type { Chain } from '../chain/chain.ts'
import { salesIn } from '../chain/clickhouse.ts'
import type { Customer } from '../chain/embeds.ts'
import { Visitor } from '../chain/visitor.ts'

/** One line of the table. */
export interface ViewerRow {
  readonly viewer: string
  readonly page: string
  readonly embed: string
  readonly rows: string
  readonly othersChart: string
  /** Which checks did not hold. */
  readonly problems: readonly string[]
  /** How many things were checked. */
  readonly checks: number
}

type Sales = readonly (readonly unknown[])[]

/** Every customer's dashboard, and the lobby as the last of them sees it. */
export async function checkViewers(chain: Chain, signal: AbortSignal): Promise<readonly ViewerRow[]> {
  const { customers, lobby, clickhouse } = chain
  const rows: ViewerRow[] = []
  for (const customer of customers) {
    const { database } = customer.tenant.spec
    const wanted = await salesIn(clickhouse, { database }, signal)
    const page = { path: '/', endpoint: '/api/embed/dashboard', embedId: customer.embedded.embedId }
    rows.push(await checkViewer({ chain, viewer: customer.id, page, shown: customer, wanted }))
  }
  const { database } = lobby.customer.tenant.spec
  const wanted = await salesIn(clickhouse, { database, where: "region = 'north'" }, signal)
  const page = { path: '/lobby', endpoint: '/api/embed/lobby', embedId: lobby.embedded.embedId }
  const viewer = customers.at(-1)?.id ?? ''
  rows.push(await checkViewer({ chain, viewer, page, shown: lobby.customer, wanted }))
  return rows
}

interface Look {
  readonly chain: Chain
  readonly viewer: string
  readonly page: { readonly path: string; readonly endpoint: string; readonly embedId: string }
  /** Whose rows are to be seen. */
  readonly shown: Customer
  readonly wanted: Sales
}

async function checkViewer({ chain, viewer, page, shown, wanted }: Look): Promise<ViewerRow> {
  const token = await tokenOf(chain, viewer, page.endpoint)
  const chartOf = (customer: Customer): string =>
    customer.entries.find(({ source }) => source === 'sales')?.id ?? ''
  const ask = (id: string, params: object = {}): Promise<Ran> => run(chain.sandbox.url, token, { id, params })
  const read = await ask(chartOf(shown))
  // Neither a database nor another's name in the address changes whose rows they are.
  const others = chain.customers.filter(one => one !== shown)
  const names = others.map(({ id }) => id)
  const edited = await ask(chartOf(shown), { tenant: names, database: names, region: [] })
  const foreign = await Promise.all(others.map(async other => (await ask(chartOf(other))).status))
  const isRefused = foreign.every(status => status === 409)
  const { embedId } = inspect(token)
  const isOwn = wanted.length > 0 && isSame(read.rows, wanted)
  const { database } = shown.tenant.spec
  return {
    viewer,
    page: page.path,
    embed: embedId ?? '–',
    rows: isOwn ? `${read.rows.length}, from ${database} alone` : `${read.rows.length} (${read.status})`,
    othersChart: isRefused ? 'refused' : 'OPEN',
    problems: [
      ...(embedId === page.embedId ? [] : ['the portal’s link shows another embed']),
      ...(isOwn ? [] : ['its chart shows other rows than ClickHouse has']),
      ...(isSame(edited.rows, wanted) ? [] : ['an edited address shows other rows']),
      ...(isRefused ? [] : [`another’s chart is answered with ${foreign.join(', ')}`]),
    ],
    checks: 4,
  }
}

/** Logs in, and asks as `<lens-embed>` does. @returns the token of the link, or nothing */
async function tokenOf({ portal }: Chain, viewer: string, endpoint: string): Promise<string> {
  const visitor = new Visitor(portal.url)
  await visitor.logIn(viewer, portal.users.find(({ name }) => name === viewer)?.password ?? '')
  const { status, body } = await visitor.askForLink(endpoint)
  return status === 200 ? (JSON.parse(body) as { readonly token: string }).token : ''
}

interface Ran {
  readonly status: number
  readonly rows: Sales
}

/** What the page in the frame asks for. */
async function run(sandboxUrl: string, token: string, body: object): Promise<Ran> {
  const answer = await fetch(`${sandboxUrl}/charts/embeds/api/run`, {
    method: 'POST',
    headers: { 'x-dl-embed-token': token },
    body: JSON.stringify(body),
  })
  const { data } = (await answer.json()) as { readonly data?: { readonly rows: Sales } }
  return { status: answer.status, rows: data?.rows ?? [] }
}

/** In whatever order. */
function isSame(one: Sales, other: Sales): boolean {
  const sorted = (rows: Sales): string =>
    rows
      .map(row => JSON.stringify(row))
      .sort()
      .join('\n')
  return sorted(one) === sorted(other)
}
