/** What a request asks of the data backend, looked up in the content. Pure. */
import type { Chart, Dashboard, Dataset, Filter, Selector } from '../content/model.ts'
import type { Values } from '../embed/model.ts'
import type { Entry } from '../state/catalog.ts'

/** Names a selector of a dashboard; its values are asked for. */
export interface ControlData {
  readonly id: string
  readonly tabId: string
}

export type Question =
  | { readonly kind: 'chart'; readonly chart: Chart; readonly dataset: Dataset }
  | {
      readonly kind: 'choices'
      readonly selector: Selector
      readonly dataset: Dataset
      readonly filters: readonly Filter[]
    }

/** Undefined: there is nothing to read for it. */
export function questionOf(entry: Entry, control: ControlData | undefined): Question | undefined {
  const { datasets } = entry.workbook.content
  const find = (id: string): Dataset | undefined => datasets.find(one => one.id === id)
  if (entry.scope === 'chart') {
    const dataset = find(entry.chart.dataset)
    return dataset && { kind: 'chart', chart: entry.chart, dataset }
  }
  if (entry.scope !== 'dash' || control === undefined) return undefined
  const tab = entry.dashboard.tabs.find(({ id }) => id === control.tabId)
  const selector = tab?.selectors.find(({ id }) => id === control.id)
  const dataset = selector && find(selector.dataset)
  if (selector === undefined || dataset === undefined) return undefined
  const filters = filtersFor(selector, entry.dashboard, entry.workbook.content.charts)
  return { kind: 'choices', selector, dataset, filters }
}

/** A selector offers what the other parameters leave: all that filters charts of its dataset filters it, too. */
function filtersFor({ dataset }: Selector, { tabs }: Dashboard, charts: readonly Chart[]): readonly Filter[] {
  const shown = new Set(tabs.flatMap(({ tiles }) => tiles.map(({ chart }) => chart)))
  const ofCharts = charts
    .filter(one => one.dataset === dataset && shown.has(one.id))
    .flatMap(({ filters }) => filters)
  const ofSelectors = tabs
    .flatMap(({ selectors }) => selectors)
    .filter(one => one.dataset === dataset)
    .map(({ parameter, field }): Filter => ({ parameter, field, operation: 'in' }))
  const filters = new Map([...ofCharts, ...ofSelectors].map(filter => [JSON.stringify(filter), filter]))
  return [...filters.values()]
}

/** A selector is not narrowed by its own choice, but it is by a signed one. */
export function valuesFor(question: Question, values: Values, signed: Values): Values {
  if (question.kind === 'chart' || signed.has(question.selector.parameter)) return values
  return new Map([...values].filter(([name]) => name !== question.selector.parameter))
}
