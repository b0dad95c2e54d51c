/** The content of a workbook of its own, for one more connection. Pure. */
import type { Content, Dashboard, Text } from './model.ts'

export interface CopyFor {
  /** Which connection of the content the copy is for. */
  readonly slot: string
  readonly name: Text
  /** A new id for the one in the content. */
  readonly idFor: (id: string) => string
}

/** All that rests on the slot alone, under new ids. */
export function copyContent(content: Content, { slot, name, idFor }: CopyFor): Content {
  const connections = content.connections.filter(({ id }) => id === slot)
  const datasets = content.datasets.filter(({ connection }) => connection === slot)
  const hasDataset = new Set(datasets.map(({ id }) => id))
  const charts = content.charts.filter(({ dataset }) => hasDataset.has(dataset))
  const hasChart = new Set(charts.map(({ id }) => id))
  const isWhole = ({ tabs }: Dashboard): boolean =>
    tabs.every(
      ({ tiles, selectors }) =>
        tiles.every(({ chart }) => hasChart.has(chart)) &&
        selectors.every(({ dataset }) => hasDataset.has(dataset)),
    )
  return {
    title: name,
    connections: connections.map(one => ({ ...one, id: idFor(one.id), name, database: undefined })),
    datasets: datasets.map(one => ({ ...one, id: idFor(one.id), connection: idFor(one.connection) })),
    charts: charts.map(one => ({ ...one, id: idFor(one.id), dataset: idFor(one.dataset) })),
    dashboards: content.dashboards.filter(isWhole).map(one => ({
      ...one,
      id: idFor(one.id),
      tabs: one.tabs.map(tab => ({
        ...tab,
        selectors: tab.selectors.map(selector => ({ ...selector, dataset: idFor(selector.dataset) })),
        tiles: tab.tiles.map(tile => ({ ...tile, chart: idFor(tile.chart) })),
      })),
    })),
  }
}
