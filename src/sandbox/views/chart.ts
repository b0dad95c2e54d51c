import { html } from 'hono/html'
import { siteTexts } from '../pages/texts/site.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

/** The place of a chart; the script of the page draws it. */
export function chart(look: Look, { id, name }: { readonly id: string; readonly name: string }): Content {
  const texts = siteTexts[look.language]
  const main = html`<div class="page-head"><div><p class="crumbs"><a href="/${look.query}">${texts.content}</a></p><h1>${name}</h1><p>${texts.chartLead}</p></div></div>
<div data-chart="${id}"></div><noscript><p class="note bad">${texts.needsScript}</p></noscript>`
  return { title: name, main }
}
