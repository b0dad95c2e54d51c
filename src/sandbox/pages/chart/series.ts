/** What a bar or line chart draws of a table of data. Pure. */
import type { Cell, Data } from '../wire.ts'

export interface Series {
  readonly name: string
  /** One a label; null where the data has none. */
  readonly values: readonly (number | null)[]
}

export interface Plot {
  readonly labels: readonly Cell[]
  readonly series: readonly Series[]
}

/**
 * The first dimension gives the labels. A second one names the series, whose values are the first measure; without it
 * each measure is a series.
 */
export function plotOf(data: Data): Plot {
  return data.dimensions > 1 ? splitPlot(data) : columnPlot(data)
}

function columnPlot({ titles, dimensions, rows }: Data): Plot {
  const series = titles
    .slice(dimensions)
    .map((name, index) => ({ name, values: rows.map(row => numberOf(row[dimensions + index])) }))
  return { labels: rows.map(row => (dimensions > 0 ? (row[0] ?? null) : null)), series }
}

function splitPlot({ dimensions, rows }: Data): Plot {
  const labels = [...new Set(rows.map(([label = null]) => label))]
  const places = new Map(labels.map((label, index) => [label, index]))
  const byName = new Map<string, (number | null)[]>()
  for (const row of rows) {
    const [label = null, name = null] = row
    const values = byName.get(String(name)) ?? Array.from(labels, () => null)
    byName.set(String(name), values)
    values[places.get(label) ?? 0] = numberOf(row[dimensions])
  }
  return { labels, series: [...byName].map(([name, values]) => ({ name, values })) }
}

function numberOf(cell: Cell | undefined): number | null {
  return typeof cell === 'number' ? cell : null
}
