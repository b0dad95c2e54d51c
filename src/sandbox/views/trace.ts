import { html } from 'hono/html'
import type { Step } from '../embed/steps.ts'
import type { Language } from '../pages/texts/language.ts'
import { siteTexts } from '../pages/texts/site.ts'
import { traceTexts } from '../pages/texts/trace.ts'
import type { TraceRecord } from '../trace/record.ts'
import type { Html } from './document.ts'
import { icon } from './icon.ts'
import type { Look } from './look.ts'
import type { Content } from './shell.ts'

/**
 * The last requests, each with its steps. Those that were refused stand open.
 *
 * @param after the number of the newest request that the browser has already; without effect when none is as new
 */
export function trace({ language }: Look, records: readonly TraceRecord[], after: number): Content {
  const texts = traceTexts[language]
  const newest = records[0]?.number ?? 0
  const wanted = newest < after ? records : records.filter(({ number }) => number > after)
  const main = html`<div class="page-head"><div><h1>${siteTexts[language].trace}</h1><p>${texts.lead}</p></div></div>
<div id="requests" data-newest="${newest}">${
    records.length === 0
      ? html`<div class="card blank">${icon('empty')}<h2>${texts.none}</h2><p>${texts.noneHint}</p></div>`
      : html`<ol class="requests">${wanted.map(one => request(one, language))}</ol>`
  }</div>`
  return { title: siteTexts[language].trace, main }
}

function request(record: TraceRecord, language: Language): Html {
  const { number, method, path, status, steps } = record
  const texts = traceTexts[language]
  const refused = steps.find(({ passed }) => !passed)
  const mark =
    refused === undefined
      ? html`<span class="mark ${status < 400 ? 'good' : 'bad'}">${status}</span>`
      : html`<span class="mark bad">${status} · ${texts.refusedAt(texts.steps[refused.name])}</span>`
  return html`<li class="card" data-number="${number}"><details${refused === undefined ? '' : html` open`}>
<summary>${icon('chevron')}<span class="path">${method} ${path}</span>${mark}
<span class="strip" aria-hidden="true">${steps.map(({ passed }) => html`<i class="${passed ? 'passed' : 'refused'}"></i>`)}</span>
<span class="end">${time(record, language)}</span></summary>
<div class="body">${steps.length === 0 ? html`<p class="muted">${texts.noSteps}</p>` : byParty(steps, language)}${ids(record, language)}</div>
</details></li>`
}

function time({ at, ms }: TraceRecord, language: Language): Html {
  const clock = new Date(at).toLocaleTimeString(language, { hour12: false })
  return html`<time datetime="${at}">${clock}</time> · ${traceTexts[language].took(Math.round(ms))}`
}

function byParty(steps: readonly Step[], language: Language): Html {
  const { parties } = traceTexts[language]
  const named = [...new Set(steps.map(({ party }) => party))]
  return html`<div class="parties">${named.map(
    party =>
      html`<section><h2>${parties[party]}</h2><ol class="steps">${steps
        .filter(step => step.party === party)
        .map(step => stepItem(step, language))}</ol></section>`,
  )}</div>`
}

function stepItem({ name, passed, says }: Step, language: Language): Html {
  const texts = traceTexts[language]
  const state = passed ? 'passed' : 'refused'
  return html`<li class="${state}"><span class="dot">${icon(state)}</span><div><p class="what">${texts.steps[name]}<span class="only-heard"> – ${texts.outcome[state]}</span></p><p class="why" lang="en">${says}</p></div></li>`
}

function ids({ embedId, entryId }: TraceRecord, language: Language): Html | '' {
  const texts = traceTexts[language]
  const known: readonly (readonly [string, string | undefined])[] = [
    [texts.embed, embedId],
    [texts.entry, entryId],
  ]
  const rows = known.filter(([, id]) => id !== undefined)
  if (rows.length === 0) return ''
  return html`<dl class="facts small">${rows.map(([name, id]) => html`<dt>${name}</dt><dd><code>${id}</code></dd>`)}</dl>`
}
