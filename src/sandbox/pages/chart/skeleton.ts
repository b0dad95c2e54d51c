import { chartTexts } from '../texts/chart.ts'
import type { Language } from '../texts/language.ts'
import { element } from './element.ts'

/** What stands there until the first answer. */
export function skeleton(language: Language): HTMLElement {
  const bones = Array.from({ length: 5 }, () => element('i'))
  const label = element('span', { class: 'only-heard' }, chartTexts[language].loading)
  return element('div', { class: 'bones', role: 'status' }, ...bones, label)
}
