import { html } from 'hono/html'
import type { Text } from '../content/model.ts'
import { siteTexts } from '../pages/texts/site.ts'
import type { Html } from './document.ts'
import { icon } from './icon.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

export type Scope = 'connection' | 'dataset' | 'chart' | 'dash'

export interface EntrySummary {
  readonly id: string
  readonly scope: Scope
  readonly name: Text
  /** What rests on one connection is together. */
  readonly workbook: { readonly id: string }
}

export interface HomeOptions {
  readonly entries: readonly EntrySummary[]
  /** The database that a connection is bound to. */
  readonly databaseOf: (id: string) => string | undefined
}

const order: readonly Scope[] = ['connection', 'dash', 'chart', 'dataset']

/** All entries, a workbook after the other, the newest first. */
export function home(look: Look, options: HomeOptions): Content {
  const texts = siteTexts[look.language]
  const { entries, databaseOf } = options
  const workbooks = [...new Set(entries.map(({ workbook }) => workbook.id))].reverse()
  const unbound = !entries.some(({ id, scope }) => scope === 'connection' && databaseOf(id) !== undefined)
  const main = html`<div class="page-head"><div><h1>${texts.content}</h1><p>${texts.contentLead}</p></div>
<a class="button" href="/connections/new${look.query}">${texts.newConnection}</a></div>
${unbound ? unboundNote(look) : ''}
${workbooks.map(id =>
  workbookSection(
    entries.filter(one => one.workbook.id === id),
    look,
    options,
  ),
)}`
  return { title: texts.content, main }
}

function unboundNote({ language }: Look): Html {
  const { noConnection, noConnectionHint } = siteTexts[language]
  return html`<div class="note">${icon('connection')}<h2>${noConnection}</h2><p>${noConnectionHint}</p></div>`
}

/** Named after its connections. */
function workbookSection(entries: readonly EntrySummary[], look: Look, options: HomeOptions): Html {
  const sorted = entries.toSorted((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope))
  const connections = sorted.filter(({ scope }) => scope === 'connection')
  const names = connections.map(({ name }) => name[look.language]).join(', ')
  return html`<section class="section"><h2>${names}</h2>
<ul class="card links">${sorted.map(entry => html`<li>${row(entry, look, options)}</li>`)}</ul></section>`
}

function row(entry: EntrySummary, look: Look, { databaseOf }: HomeOptions): Html {
  const { id, scope, name } = entry
  const { unbound, kinds } = siteTexts[look.language]
  const database = databaseOf(id)
  const more = scope === 'connection' ? (database ?? unbound) : id
  const style = scope === 'connection' && database === undefined ? 'more' : 'more mono'
  const inside = html`${icon(scope)}<span class="kind">${kinds[scope]}</span><span class="name">${name[look.language]}</span><span class="${style}">${more}</span>`
  const href = hrefOf(entry, database !== undefined)
  return href === undefined
    ? html`<div class="row">${inside}</div>`
    : html`<a class="row" href="${href}${look.query}">${inside}</a>`
}

function hrefOf({ id, scope }: EntrySummary, bound: boolean): string | undefined {
  if (scope === 'chart') return `/charts/${encodeURIComponent(id)}`
  if (scope !== 'connection') return undefined
  return bound ? `/connections/${encodeURIComponent(id)}` : '/connections/new'
}
