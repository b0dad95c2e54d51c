import type { Texts } from './language.ts'

export interface DashTexts {
  readonly tabs: string
  readonly selectors: string
  readonly all: string
  readonly chosen: (count: number) => string
  readonly noTiles: string
  readonly noTilesHint: string
}

export const dashTexts: Texts<DashTexts> = {
  en: {
    tabs: 'Tabs',
    selectors: 'Filters',
    all: 'All',
    chosen: count => `${count} chosen`,
    noTiles: 'This tab is empty',
    noTilesHint: 'The dashboard has no chart here yet.',
  },
  ru: {
    tabs: 'Вкладки',
    selectors: 'Фильтры',
    all: 'Все',
    chosen: count => `Выбрано: ${count}`,
    noTiles: 'На этой вкладке пусто',
    noTilesHint: 'В дашборде здесь пока нет чартов.',
  },
}
