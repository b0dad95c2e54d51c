import { chartTexts } from '../texts/chart.ts'
import type { Language } from '../texts/language.ts'
import type { Data } from '../wire.ts'
import { element } from './element.ts'
import { formatColumn, isDate } from './format.ts'

/** More rows help nobody on a screen; the download has them all. */
const mostRows = 500

export interface SheetOptions {
  /** What a screen reader calls the table. */
  readonly title: string
  readonly language: Language
}

/** A table that scrolls in itself, by keyboard as well. */
export function sheet(
  { titles, dimensions, rows }: Data,
  { title, language }: SheetOptions,
): DocumentFragment {
  const shown = rows.slice(0, mostRows)
  const columns = titles.map((_, index) =>
    formatColumn(
      shown.map(row => row[index] ?? null),
      language,
    ),
  )
  const classOf = (index: number): string | undefined => {
    if (index >= dimensions) return 'number'
    return isDate(shown[0]?.[index]) ? 'date' : undefined
  }
  const head = titles.map((name, index) => element('th', { scope: 'col', class: classOf(index) }, name))
  const body = shown.map((_, row) =>
    element('tr', {}, ...columns.map((texts, index) => cellOf(texts[row], classOf(index), language))),
  )
  const table = element(
    'table',
    { 'aria-label': title },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  )
  const made = document.createDocumentFragment()
  made.append(element('div', { class: 'sheet', tabindex: '0', role: 'region', 'aria-label': title }, table))
  if (shown.length < rows.length)
    made.append(element('p', { class: 'small muted' }, chartTexts[language].rows(shown.length, rows.length)))
  return made
}

function cellOf(text: string | undefined, name: string | undefined, language: Language): HTMLElement {
  if (text !== undefined) return element('td', { class: name }, text)
  const nothing = element('span', { class: 'only-heard' }, chartTexts[language].noValue)
  return element(
    'td',
    { class: `none ${name ?? ''}` },
    element('span', { 'aria-hidden': 'true' }, '–'),
    nothing,
  )
}
