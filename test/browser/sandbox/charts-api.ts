/** A charts API for pages: its answers are those of the sandbox, its rows are made up. */
import { Hono } from 'hono'
import type { Cell, ChartAnswer, DashEntry, Data } from '../../../src/sandbox/pages/wire.ts'

export interface SeenRun {
  readonly id: string | undefined
  readonly token: string
  readonly params: Readonly<Record<string, unknown>>
  /** Of a selector. */
  readonly control: string | undefined
}

export interface Refused {
  readonly status: 400 | 403 | 404 | 409 | 413 | 500 | 503
  readonly body: unknown
}

export const months = ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01', '2026-06-01']
const regions = { en: ['North', 'South', 'East'], ru: ['Север', 'Юг', 'Восток'] }
const products = { en: ['Tea', 'Coffee', 'Cocoa', 'Juice'], ru: ['Чай', 'Кофе', 'Какао', 'Сок'] }

type Language = 'en' | 'ru'

export const text = (en: string, ru: string): Record<Language, string> => ({ en, ru })

const names = {
  revenue: text('Revenue', 'Выручка'),
  pieces: text('Pieces sold', 'Продано штук'),
  'by-month': text('Revenue by month', 'Выручка по месяцам'),
  'by-region': text('Revenue by region', 'Выручка по регионам'),
  'by-product': text('Revenue by product and region', 'Выручка по товарам и регионам'),
  sales: text('Sales', 'Продажи'),
} as const

type ChartId = keyof typeof names

const types: Readonly<Record<ChartId, ChartAnswer['type']>> = {
  revenue: 'metric',
  pieces: 'metric',
  'by-month': 'line',
  'by-region': 'bar',
  'by-product': 'bar',
  sales: 'table',
}

export const chartIds = Object.keys(names) as readonly ChartId[]

export class ChartsApi {
  readonly seen: SeenRun[] = []
  readonly downloads: SeenRun[] = []
  /** What is answered instead, for as long as it is set; to charts of an id alone, or to all. */
  refuse: Refused | undefined
  readonly refuseChart = new Map<string, Refused>()
  /** Called when a request has been refused. */
  onRefused = (): void => {}
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve()
  /** No row is found. */
  empty = false
  readonly routes = new Hono()

  constructor() {
    this.routes.post('/charts/embeds/api/:what{run|export}', async c => {
      const { id, params, controlData } = await c.req.json<{
        id?: string
        params: SeenRun['params']
        controlData?: { id: string }
      }>()
      const token = c.req.header('x-dl-embed-token') ?? ''
      const seen = { id, token, params, control: controlData?.id }
      const isExport = c.req.param('what') === 'export'
      ;(isExport ? this.downloads : this.seen).push(seen)
      await this.gate
      const refused = this.refuse ?? this.refuseChart.get(id ?? '')
      if (refused !== undefined) {
        this.onRefused()
        return c.json(refused.body as object, refused.status)
      }
      const language = c.req.query('_lang') === 'ru' ? 'ru' : 'en'
      if (isExport) return c.body('Month,Revenue\r\n', 200, { 'content-type': 'text/csv' })
      if (controlData !== undefined) return c.json({ data: choices(controlData.id, language) })
      return c.json(this.#answer((id ?? 'by-product') as ChartId, language, params))
    })
    this.routes.get('/charts/embeds/api/embedded-entry', async c => {
      await this.gate
      if (this.refuse !== undefined) return c.json(this.refuse.body as object, this.refuse.status)
      return c.json(dashboard)
    })
    this.routes.get('/api/charts/:id', async c => {
      await this.gate
      if (this.refuse !== undefined) return c.json(this.refuse.body as object, this.refuse.status)
      return c.json(
        this.#answer(c.req.param('id') as ChartId, c.req.query('_lang') === 'ru' ? 'ru' : 'en', {}),
      )
    })
  }

  #answer(id: ChartId, language: Language, params: SeenRun['params']): ChartAnswer {
    const data = dataOf(id, language, params)
    return {
      id,
      name: names[id][language],
      type: types[id],
      enableExport: true,
      data: this.empty ? { ...data, rows: [] } : data,
    }
  }
}

function dataOf(id: ChartId, language: Language, { region }: SeenRun['params']): Data {
  const revenue = text('Revenue', 'Выручка')[language]
  const pieces = text('Pieces', 'Штук')[language]
  const month = text('Month', 'Месяц')[language]
  const product = text('Product', 'Товар')[language]
  const regionTitle = text('Region', 'Регион')[language]
  const kept = regions[language].filter(name => region === undefined || [region].flat().includes(name))
  switch (id) {
    case 'revenue':
      return { titles: [revenue], dimensions: 0, rows: [[481_250.5 * kept.length]] }
    case 'pieces':
      return { titles: [pieces], dimensions: 0, rows: [[3120 * kept.length]] }
    case 'by-month':
      return {
        titles: [month, revenue],
        dimensions: 1,
        rows: months.map((day, at) => [day, amount(at) * kept.length]),
      }
    case 'by-region':
      return {
        titles: [regionTitle, revenue],
        dimensions: 1,
        rows: kept.map((name, at) => [name, amount(at + 2)]),
      }
    case 'by-product':
      return {
        titles: [product, regionTitle, revenue],
        dimensions: 2,
        rows: products[language].flatMap((one, at) =>
          kept.map((name, place): Cell[] => [one, name, amount(at + place * 2)]),
        ),
      }
    case 'sales':
      return {
        titles: [month, regionTitle, product, pieces, revenue],
        dimensions: 3,
        rows: months.flatMap((day, at) =>
          kept.flatMap((name, place) =>
            products[language].map((one, index): Cell[] => [
              day,
              name,
              index === 3 && at === 1 ? null : one,
              40 + at * 3 + index,
              amount(at + place + index),
            ]),
          ),
        ),
      }
    default:
      return id satisfies never
  }
}

/** Looks like takings, and is the same in each run. */
function amount(seed: number): number {
  return 21_000 + ((seed * seed * 5 + seed * 3) % 11) * 1450.25
}

function choices(id: string, language: Language): Data {
  const values = id === 'product-selector' ? products[language] : regions[language]
  return { titles: ['–'], dimensions: 1, rows: values.map(value => [value]) }
}

const tile = (chart: ChartId, width: 'half' | 'full' = 'half') => ({
  chart,
  name: names[chart],
  type: types[chart],
  width,
})
const region = {
  id: 'region-selector',
  title: text('Region', 'Регион'),
  parameter: 'region',
  multiple: false,
  disabled: false,
}
const product = {
  id: 'product-selector',
  title: text('Product', 'Товар'),
  parameter: 'product',
  multiple: true,
  disabled: false,
}

const dashboard: DashEntry = {
  data: {
    name: text('Sales of the shop', 'Продажи магазина'),
    tabs: [
      {
        id: 'overview',
        title: text('Overview', 'Обзор'),
        selectors: [region, product],
        tiles: [
          tile('revenue'),
          tile('pieces'),
          tile('by-month', 'full'),
          tile('by-region'),
          tile('by-product'),
        ],
      },
      {
        id: 'details',
        title: text('Details', 'Подробно'),
        selectors: [region],
        tiles: [tile('sales', 'full')],
      },
    ],
  },
}

export const chartNames = names
