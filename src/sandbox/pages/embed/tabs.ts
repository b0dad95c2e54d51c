import { element } from '../chart/element.ts'
import type { Language } from '../texts/language.ts'
import type { TabEntry } from '../wire.ts'

export interface TabsOptions {
  readonly label: string
  readonly language: Language
  /** The element that shows the chosen tab. */
  readonly panel: HTMLElement
  readonly onChoose: (tab: TabEntry) => void
}

/** Tabs as everybody knows them: arrows, Home and End go from one to the other. One tab alone needs none. */
export function tabList(
  tabs: readonly TabEntry[],
  chosen: TabEntry,
  options: TabsOptions,
): HTMLElement | undefined {
  if (tabs.length < 2) return undefined
  const { label, language, panel, onChoose } = options
  const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': label })
  const buttons = tabs.map(({ id, title }) =>
    element(
      'button',
      { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': panel.id },
      title[language],
    ),
  )
  const mark = (place: number): void => {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(index === place))
      button.tabIndex = index === place ? 0 : -1
    }
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', buttons[place]?.id ?? '')
  }
  const choose = (place: number): void => {
    const tab = tabs[place]
    if (tab === undefined || buttons[place]?.getAttribute('aria-selected') === 'true') return
    mark(place)
    onChoose(tab)
  }
  for (const [index, button] of buttons.entries()) button.addEventListener('click', () => choose(index))
  list.addEventListener('keydown', event => {
    const place = placeAfter(
      event.key,
      buttons.findIndex(button => button === event.target),
      buttons.length,
    )
    if (place === undefined) return
    event.preventDefault()
    buttons[place]?.focus()
    choose(place)
  })
  mark(tabs.indexOf(chosen))
  list.append(...buttons)
  return list
}

function placeAfter(key: string, place: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (place + 1) % count
    case 'ArrowLeft':
      return (place + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
