import { html } from 'hono/html'
import { siteTexts } from '../pages/texts/site.ts'
import { icon } from './icon.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

/** An address that leads nowhere. */
export function missing({ language, query }: Look): Content {
  const { notFound, notFoundHint, content } = siteTexts[language]
  const main = html`<div class="card blank">${icon('empty')}<h1>${notFound}</h1><p>${notFoundHint}</p><a class="button quiet" href="/${query}">${content}</a></div>`
  return { title: notFound, main, narrow: true }
}
