import { element } from '../chart/element.ts'
import { icon } from '../chart/icon.ts'
import { accessChecks, connectTexts, type AccessCheck } from '../texts/connect.ts'
import type { Language } from '../texts/language.ts'

export type ConnectAnswer =
  | {
      readonly type: 'made'
      readonly id: string
      readonly tables: number
      readonly charts: readonly MadeEntry[]
    }
  | {
      readonly type: 'refused'
      readonly status: number
      readonly message: string
      readonly check: AccessCheck
    }
  | { readonly type: 'failed'; readonly status: number; readonly message: string }
  | { readonly type: 'unreachable' }

interface MadeEntry {
  readonly id: string
  readonly scope: string
  readonly name: string
}

interface Body {
  readonly id?: string
  readonly tables?: readonly string[]
  readonly entries?: readonly MadeEntry[]
  readonly message?: string
  readonly check?: string
}

export function readAnswer(status: number, body: unknown): ConnectAnswer {
  const { id = '', tables = [], entries = [], message = '', check } = (body ?? {}) as Body
  if (status === 200) {
    const charts = entries.filter(({ scope }) => scope === 'chart')
    return { type: 'made', id, tables: tables.length, charts }
  }
  const known = accessChecks.find(name => name === check)
  return known === undefined
    ? { type: 'failed', status, message }
    : { type: 'refused', status, message, check: known }
}

export interface AnswerOptions {
  readonly language: Language
  /** Of the page, to keep its language and theme. */
  readonly query: string
  readonly advice: string | undefined
}

/** What the answer means, and what to do. It takes the focus, so that a screen reader begins to read there. */
export function answerCard(answer: ConnectAnswer, options: AnswerOptions): HTMLElement {
  const card = element('section', {
    class: 'card padded stack',
    tabindex: '-1',
    'aria-label': connectTexts[options.language].answer,
  })
  card.append(...contentOf(answer, options))
  return card
}

function contentOf(
  answer: ConnectAnswer,
  { language, query, advice }: AnswerOptions,
): readonly HTMLElement[] {
  const texts = connectTexts[language]
  switch (answer.type) {
    case 'made': {
      const link = element('a', { class: 'button', href: `/connections/${answer.id}${query}` }, texts.open)
      return [
        note('good', texts.made, texts.bound(answer.tables)),
        ...chartLinks(answer.charts, query),
        element('div', {}, link),
      ]
    }
    case 'refused': {
      const { status, message, check } = answer
      const title = status === 500 ? texts.serverError : texts.refused(status)
      return [
        note(
          'bad',
          title,
          ...(message === '' ? [] : [`“${message}”`]),
          ...(advice === undefined ? [] : [advice]),
        ),
        element('p', { class: 'muted' }, texts.refusedLead),
        checkList(check, language),
      ]
    }
    case 'failed':
      return [note('bad', texts.failed(answer.status), answer.message)]
    case 'unreachable':
      return [note('bad', texts.unreachable, texts.unreachableHint)]
    default:
      return answer satisfies never
  }
}

function note(kind: 'good' | 'bad', title: string, ...lines: readonly string[]): HTMLElement {
  return element(
    'div',
    { class: `note ${kind}` },
    icon(kind === 'good' ? 'passed' : 'warning'),
    element('h2', {}, title),
    ...lines.map(line => element('p', {}, line)),
  )
}

function chartLinks(charts: readonly MadeEntry[], query: string): readonly HTMLElement[] {
  if (charts.length === 0) return []
  const items = charts.map(({ id, name }) => {
    const href = `/charts/${encodeURIComponent(id)}${query}`
    const link = element('a', { class: 'row', href }, icon('chart'), element('span', { class: 'name' }, name))
    return element('li', {}, link)
  })
  return [element('ul', { class: 'card links' }, ...items)]
}

/** Checks before the one that refused have passed, and none after it was reached. */
function checkList(refused: AccessCheck, language: Language): HTMLElement {
  const { checks, outcome } = connectTexts[language]
  const place = accessChecks.indexOf(refused)
  const items = accessChecks.map((check, index) => {
    const [asks, todo] = checks[check]
    const state = index < place ? 'passed' : index === place ? 'refused' : 'unreached'
    const heard = element('span', { class: 'only-heard' }, ` – ${outcome[state]}`)
    const what = element('p', { class: 'what' }, asks, heard)
    const why = state === 'refused' && element('p', { class: 'why' }, todo)
    const dot = element('span', { class: 'dot' }, icon(state))
    return element('li', { class: state }, dot, element('div', {}, what, why))
  })
  return element('ol', { class: 'steps' }, ...items)
}
