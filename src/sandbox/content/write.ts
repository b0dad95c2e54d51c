/** Content as a file that readContent takes. Pure. */
import { stringify } from 'yaml'
import type { Content, Text } from './model.ts'

/** Datasets stand there with all that they have from one that they extended. */
export function writeContent({ title, connections, datasets, charts, dashboards }: Content): string {
  const written = {
    title: short(title),
    connections: connections.map(one => ({ ...one, name: short(one.name) })),
    datasets: datasets.map(one => ({
      ...one,
      name: short(one.name),
      fields: one.fields.map(field => ({ ...field, title: short(field.title) })),
    })),
    charts: charts.map(one => ({
      ...one,
      name: short(one.name),
      measures: one.measures.map(measure => ({ ...measure, title: short(measure.title) })),
    })),
    dashboards: dashboards.map(({ id, name, tabs }) => ({
      id,
      name: short(name),
      tabs: tabs.map(({ tiles, ...tab }) => ({
        ...tab,
        title: short(tab.title),
        selectors: tab.selectors.map(selector => ({ ...selector, title: short(selector.title) })),
        charts: tiles,
      })),
    })),
  }
  return stringify(written, { aliasDuplicateObjects: false, lineWidth: 110 })
}

/** One text where both languages have the same. */
function short(text: Text): Text | string {
  return text.en === text.ru ? text.en : text
}
