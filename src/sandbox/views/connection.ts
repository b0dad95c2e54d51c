import { html } from 'hono/html'
import { siteTexts } from '../pages/texts/site.ts'
import type { Html } from './document.ts'
import { icon } from './icon.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

export interface ConnectionOptions {
  readonly name: string
  readonly database: string
  /** Undefined: ClickHouse does not give them. */
  readonly tables: readonly string[] | undefined
  /** Why it does not, in a sentence. */
  readonly problem: string | undefined
}

/** A connection: what it is bound to, and the tables that its datasets may use. */
export function connection(look: Look, options: ConnectionOptions): Content {
  const { name, database, tables } = options
  const texts = siteTexts[look.language]
  const main = html`<div class="page-head"><div><p class="crumbs"><a href="/${look.query}">${texts.content}</a></p><h1>${name}</h1></div></div>
<dl class="card padded facts"><dt>${texts.database}</dt><dd><code>${database}</code></dd>
<dt>${texts.tables}</dt><dd>${tables === undefined ? '–' : texts.tableCount(tables.length)}</dd></dl>
<section class="section"><h2>${texts.tables}</h2>${tableList(look, options)}</section>`
  return { title: name, main, narrow: true }
}

function tableList({ language }: Look, { tables, problem }: ConnectionOptions): Html {
  const texts = siteTexts[language]
  if (tables === undefined)
    return html`<div class="card blank" role="alert">${icon('away')}<h3>${texts.away}</h3><p lang="en">${problem}</p><p>${texts.awayHint}</p><a class="button quiet" href="">${texts.again}</a></div>`
  if (tables.length === 0)
    return html`<div class="card blank">${icon('empty')}<h3>${texts.noTables}</h3><p>${texts.noTablesHint}</p></div>`
  return html`<ul class="card links">${tables.map(
    table => html`<li><div class="row">${icon('table')}<span class="name mono">${table}</span></div></li>`,
  )}</ul>`
}
