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
}

export interface HomeOptions {
  readonly entries: readonly EntrySummary[]
  /** The database that a connection is bound to. */
  readonly databaseOf: (id: string) => string | undefined
}

const order: readonly Scope[] = ['connection', 'dash', 'chart', 'dataset']

/** All entries, by what they are. */
export function home(look: Look, options: HomeOptions): Content {
  const texts = siteTexts[look.language]
  const groups = order.map(scope => ({
    scope,
    entries: options.entries.filter(entry => entry.scope === scope),
  }))
  const unbound = !options.entries.some(
    ({ id, scope }) => scope === 'connection' && options.databaseOf(id) !== undefined,
  )
  const main = html`<div class="page-head"><div><h1>${texts.content}</h1><p>${texts.contentLead}</p></div>
<a class="button" href="/connections/new${look.query}">${texts.newConnection}</a></div>
${unbound ? unboundNote(look) : ''}
${groups
  .filter(({ entries }) => entries.length > 0)
  .map(
    ({ scope, entries }) => html`<section class="section"><h2>${texts.scopes[scope]}</h2>
<ul class="card links">${entries.map(entry => html`<li>${row(entry, look, options)}</li>`)}</ul></section>`,
  )}`
  return { title: texts.content, main }
}

function unboundNote({ language }: Look): Html {
  const { noConnection, noConnectionHint } = siteTexts[language]
  return html`<div class="note">${icon('connection')}<h2>${noConnection}</h2><p>${noConnectionHint}</p></div>`
}

function row(entry: EntrySummary, look: Look, { databaseOf }: HomeOptions): Html {
  const { id, scope, name } = entry
  const { unbound } = siteTexts[look.language]
  const database = databaseOf(id)
  const more =
    scope !== 'connection'
      ? html`<span class="more mono">${id}</span>`
      : database === undefined
        ? html`<span class="more">${unbound}</span>`
        : html`<span class="more mono">${database}</span>`
  const inside = html`${icon(scope)}<span class="name">${name[look.language]}</span>${more}`
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
