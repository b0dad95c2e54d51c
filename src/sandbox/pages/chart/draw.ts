import { chartTexts } from '../texts/chart.ts'
import type { Language } from '../texts/language.ts'
import type { ChartAnswer } from '../wire.ts'
import { element } from './element.ts'
import { figures } from './figures.ts'
import { message } from './message.ts'
import { plot } from './plot.ts'
import { sheet } from './sheet.ts'

export interface DrawOptions {
  readonly title: string
  readonly language: Language
}

/** Draws an answer into an empty host. @returns what takes it away */
export function draw(host: HTMLElement, { type, data }: ChartAnswer, options: DrawOptions): () => void {
  const { language } = options
  const texts = chartTexts[language]
  if (data.rows.length === 0) {
    host.append(message({ icon: 'empty', title: texts.noRows, hint: texts.noRowsHint }))
    return nothingToTakeAway
  }
  switch (type) {
    case 'table':
      host.append(sheet(data, options))
      return nothingToTakeAway
    case 'metric':
      host.append(figures(data, language))
      return nothingToTakeAway
    case 'bar':
    case 'line': {
      const takeAway = plot(host, data, { type, ...options })
      const figures = element('details', { class: 'as-table' }, element('summary', {}, texts.asTable))
      figures.append(sheet(data, options))
      host.append(figures)
      return takeAway
    }
    default:
      return type satisfies never
  }
}

function nothingToTakeAway(): void {}
