import { html } from 'hono/html'
import { siteTexts } from '../pages/texts/site.ts'
import { document, type Html, type PageFiles } from './document.ts'
import type { Look } from './look.ts'

/** A page for a frame. What it shows depends on a token that the server does not see: the script draws it. */
export function embed(look: Look, options: PageFiles & { readonly kind: 'chart' | 'dash' }): Html {
  const { kind, style, script } = options
  const { needsScript, kinds } = siteTexts[look.language]
  const title = kinds[kind]
  const body = html`<main><h1 class="only-heard">${title}</h1><div id="view"></div></main><noscript><p class="note bad">${needsScript}</p></noscript>`
  return document(look, {
    title,
    name: `embed ${kind}`,
    body,
    style,
    script,
  })
}
