import { html } from 'hono/html'
import { connectTexts } from '../pages/texts/connect.ts'
import { siteTexts } from '../pages/texts/site.ts'
import type { Html } from './document.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

/** The form for a token. Its answer is put below by the script of the page. */
export function connect({ language }: Look, connectors: readonly string[]): Content {
  const texts = connectTexts[language]
  const main = html`<div class="page-head"><div><h1>${texts.title}</h1><p>${texts.lead}</p></div></div>
<form class="card padded stack" autocomplete="off" novalidate>
<div class="field"><label for="name">${texts.name}</label>
<input id="name" name="name" maxlength="120" placeholder="${texts.nameExample}"></div>
${connectors.length > 1 ? connectorField(connectors, texts.connector) : ''}
<div class="field"><label for="token">${texts.token}</label>
<textarea id="token" name="access_token" required spellcheck="false" autocapitalize="off" aria-describedby="token-hint"></textarea>
<p class="hint" id="token-hint" role="status">${texts.tokenHint}</p></div>
<div><button class="button">${texts.submit}</button></div>
</form>
<noscript><p class="note bad">${siteTexts[language].needsScript}</p></noscript>
<div class="section" id="answer"></div>`
  return { title: texts.title, main, narrow: true }
}

function connectorField(connectors: readonly string[], label: string): Html {
  return html`<div class="field"><label for="connector">${label}</label>
<select id="connector" name="connector">${connectors.map(name => html`<option>${name}</option>`)}</select></div>`
}
