/** What the charts API answers when all went well. Pure. */
import type { Chart, Language, Tab, Text } from '../../content/model.ts'
import type { DataAnswer } from '../../data/backend.ts'
import type { Question } from '../../data/question.ts'
import type { VerifiedToken } from '../../embed/model.ts'
import { isOpen } from '../../embed/parameters.ts'
import type { Entry } from '../../state/catalog.ts'

type Good = Extract<DataAnswer, { readonly ok: true }>

export interface ChartData {
  /** Ids of fields: dimensions first, then measures. */
  readonly columns: readonly string[]
  /** The same for people. */
  readonly titles: readonly string[]
  /** How many of the columns are dimensions. */
  readonly dimensions: number
  readonly rows: Good['rows']
}

export interface RunAnswer {
  readonly id: string
  readonly name: string
  readonly type: 'table' | 'bar' | 'line' | 'metric' | 'selector'
  readonly params: Readonly<Record<string, unknown>>
  readonly enableExport: boolean
  readonly data: ChartData
}

export interface RunParts {
  readonly token: VerifiedToken
  readonly answer: Good
  readonly language: Language
}

export function runAnswer({ token, answer, language }: RunParts): RunAnswer {
  const { embed, entryId } = token
  const params = Object.fromEntries(answer.values)
  return {
    ...previewAnswer(answer, language),
    id: entryId,
    params,
    enableExport: embed.settings.enableExport === true,
  }
}

/** A chart as its own author sees it. */
export function previewAnswer({ question, rows }: Good, language: Language): RunAnswer {
  const { id, name, type } = headOf(question)
  const data = { ...columnsOf(question, language), rows }
  return { id, name: name[language], type, params: {}, enableExport: true, data }
}

function headOf(question: Question): {
  readonly id: string
  readonly name: Text
  readonly type: RunAnswer['type']
} {
  if (question.kind === 'chart') return question.chart
  const { id, title } = question.selector
  return { id, name: title, type: 'selector' }
}

function columnsOf(question: Question, language: Language): Omit<ChartData, 'rows'> {
  const titleOf = (id: string): string =>
    question.dataset.fields.find(field => field.id === id)?.title[language] ?? id
  if (question.kind === 'choices') {
    const { field, title } = question.selector
    return { columns: [field], titles: [title[language]], dimensions: 1 }
  }
  const { dimensions, measures } = question.chart
  return {
    columns: [...dimensions, ...measures.map(({ field }) => field)],
    titles: [...dimensions.map(titleOf), ...measures.map(({ title }) => title[language])],
    dimensions: dimensions.length,
  }
}

export interface DashboardData {
  readonly name: Text
  readonly tabs: readonly TabData[]
}

export interface TabData extends Omit<Tab, 'selectors' | 'tiles'> {
  /** With what a page says and keeps room for until the chart is there. */
  readonly tiles: readonly (Tab['tiles'][number] & Partial<Pick<Chart, 'name' | 'type'>>)[]
  readonly selectors: readonly (Tab['selectors'][number] & {
    /** The viewer cannot choose: the parameter is signed, or the address may not set it. */
    readonly disabled: boolean
  })[]
}

export function dashboardData(
  { dashboard: { name, tabs }, workbook }: Extract<Entry, { readonly scope: 'dash' }>,
  { embed, params }: Pick<VerifiedToken, 'embed' | 'params'>,
): DashboardData {
  const isDisabled = (parameter: string): boolean => params.has(parameter) || !isOpen(parameter, embed)
  return {
    name,
    tabs: tabs.map(tab => ({
      ...tab,
      tiles: tab.tiles.map(tile => ({ ...tile, ...headOfChart(workbook.content.charts, tile.chart) })),
      selectors: tab.selectors.map(one => ({ ...one, disabled: isDisabled(one.parameter) })),
    })),
  }
}

function headOfChart(charts: readonly Chart[], id: string): Partial<Pick<Chart, 'name' | 'type'>> {
  const chart = charts.find(one => one.id === id)
  return chart === undefined ? {} : { name: chart.name, type: chart.type }
}
