import { html } from 'hono/html'
import type { IconName } from '../pages/icons.ts'
import { languages } from '../pages/texts/language.ts'
import { siteTexts, type SiteTexts } from '../pages/texts/site.ts'
import { document, type Html, type PageFiles } from './document.ts'
import { icon } from './icon.ts'
import { queryOf, type Look } from './look.ts'

/** What is the page's own. */
export interface Content {
  readonly title: string
  readonly main: Html
  readonly narrow?: boolean
}

export interface ShellOptions extends PageFiles {
  /** Of the page, without its query. */
  readonly path: string
}

/** A page of the sandbox itself, with its menu. */
export function shell(look: Look, { title, main, narrow = false }: Content, options: ShellOptions): Html {
  const { path, style, script } = options
  const texts = siteTexts[look.language]
  const body = html`<a class="skip" href="#content">${texts.skip}</a>
<header class="topbar"><div>
<a class="brand" href="/${look.query}">${icon('brand')}DataLens <small>${texts.sandbox}</small></a>
<nav class="nav" aria-label="${texts.mainMenu}">${menu(texts).map(([href, name]) => menuLink(href, name, { path, look }))}</nav>
<div class="looks">${languageChoice(look, path, texts)}${themeChoice(look, path, texts)}</div>
</div></header>
<main id="content" class="page${narrow ? ' narrow' : ''}" tabindex="-1">${main}</main>`
  return document(look, { title: `${title} · DataLens ${texts.sandbox}`, name: 'site', body, style, script })
}

function menu(texts: SiteTexts): readonly (readonly [href: string, name: string])[] {
  return [
    ['/', texts.content],
    ['/connections/new', texts.newConnection],
    ['/_sandbox/trace', texts.trace],
  ]
}

function menuLink(
  href: string,
  name: string,
  { path, look }: { readonly path: string; readonly look: Look },
): Html {
  return html`<a href="${href}${look.query}"${href === path ? html` aria-current="page"` : ''}>${name}</a>`
}

function languageChoice({ language, theme }: Look, path: string, texts: SiteTexts): Html {
  return html`<div class="choice" role="group" aria-label="${texts.language}">${languages.map(
    one =>
      html`<a href="${path}${queryOf(one, theme)}" hreflang="${one}" lang="${one}"${current(one === language)}>${one.toUpperCase()}</a>`,
  )}</div>`
}

const themes: readonly (readonly [Look['theme'], IconName, (texts: SiteTexts) => string])[] = [
  ['light', 'sun', texts => texts.light],
  [undefined, 'system', texts => texts.asSystem],
  ['dark', 'moon', texts => texts.dark],
]

function themeChoice({ language, theme }: Look, path: string, texts: SiteTexts): Html {
  return html`<div class="choice" role="group" aria-label="${texts.theme}">${themes.map(
    ([one, name, label]) =>
      html`<a href="${path}${queryOf(language, one)}" title="${label(texts)}" aria-label="${label(texts)}"${current(one === theme)}>${icon(name)}</a>`,
  )}</div>`
}

function current(is: boolean): Html | '' {
  return is ? html` aria-current="true"` : ''
}
