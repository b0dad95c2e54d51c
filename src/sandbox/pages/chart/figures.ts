import type { Language } from '../texts/language.ts'
import type { Data } from '../wire.ts'
import { element } from './element.ts'
import { formatFigure } from './format.ts'

/** The first row as large figures, each below its name. */
export function figures({ titles, rows }: Data, language: Language): HTMLElement {
  const [row = []] = rows
  const pairs = titles.map((name, index) => {
    // A single figure is named by the title of its tile.
    const term = element('dt', { class: titles.length === 1 && 'only-heard' }, name)
    return element('div', {}, term, element('dd', {}, formatFigure(row[index] ?? null, language)))
  })
  return element('dl', { class: 'figures' }, ...pairs)
}
