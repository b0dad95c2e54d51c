/** What the parts of a content file say of one another: ids once each, names of what is there, no circle. Pure. */
import type { Fault, Path } from './fault.ts'
import type { Dataset } from './model.ts'
import type { Written, WrittenDataset } from './schema.ts'

const scopes = ['connections', 'datasets', 'charts', 'dashboards'] as const

/** An entry is known by its id alone, so an id is there once in the whole file; also a selector in its dashboard. */
export function repeatedIds(written: Written): readonly Fault[] {
  const entries = scopes.flatMap(scope =>
    written[scope].map(({ id }, index) => ({ id, path: [scope, index, 'id'] })),
  )
  const inside = [
    ...written.datasets.map(({ fields }, index) => idsOf(fields, ['datasets', index, 'fields'])),
    ...written.dashboards.map(({ tabs }, index) => idsOf(tabs, ['dashboards', index, 'tabs'])),
    ...written.dashboards.map(({ tabs }, index) =>
      tabs.flatMap((tab, at) => idsOf(tab.selectors, ['dashboards', index, 'tabs', at, 'selectors'])),
    ),
  ]
  return [entries, ...inside].flatMap(repeatedIn)
}

interface Named {
  readonly id: string
  readonly path: Path
}

function idsOf(items: readonly { readonly id: string }[], path: Path): readonly Named[] {
  return items.map(({ id }, index) => ({ id, path: [...path, index, 'id'] }))
}

function repeatedIn(named: readonly Named[]): readonly Fault[] {
  const seen = new Set<string>()
  return named.flatMap(({ id, path }) => {
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [{ path, message: `the id ${id} is there twice; give one of them another` }]
  })
}

/** Datasets that build on one another in a circle. */
export function circles({ datasets }: Written): readonly Fault[] {
  return datasets.flatMap((dataset, index) => {
    const chain = chainOf(dataset, datasets)
    const closed = chain.length > 1 && chain.at(-1) === dataset.id
    const message = `the datasets build on one another in a circle: ${chain.join(' -> ')}; let one of them name a table`
    return closed ? [{ path: ['datasets', index, 'extends'], message }] : []
  })
}

function chainOf(start: WrittenDataset, datasets: readonly WrittenDataset[]): readonly string[] {
  const chain = [start.id]
  let at = datasets.find(({ id }) => id === start.extends)
  while (at !== undefined) {
    const again = chain.includes(at.id)
    chain.push(at.id)
    if (again) break
    const next = at.extends
    at = datasets.find(({ id }) => id === next)
  }
  return chain
}

interface Use {
  readonly path: Path
  readonly dataset: string
  readonly field: string
}

/** Names of connections, datasets, fields and charts that nobody has. */
export function danglingNames(written: Written, datasets: readonly Dataset[]): readonly Fault[] {
  const charts = new Set(written.charts.map(({ id }) => id))
  const known = new Map(datasets.map(dataset => [dataset.id, dataset]))
  const uses = [...chartUses(written), ...selectorUses(written)]
  const noDataset = [...datasetUses(written)].filter(({ dataset }) => !known.has(dataset))
  const noField = uses.flatMap(({ path, dataset, field }) => {
    const fields = known.get(dataset)?.fields
    if (fields === undefined || fields.some(({ id }) => id === field)) return []
    const there = fields.map(({ id }) => id).join(', ')
    return [{ path, message: `the dataset ${dataset} has no field ${field}; it has ${there || 'none'}` }]
  })
  const noChart = written.dashboards.flatMap(({ tabs }, index) =>
    tabs.flatMap((tab, at) =>
      tab.charts.flatMap(({ chart }, position) =>
        charts.has(chart)
          ? []
          : [
              {
                path: ['dashboards', index, 'tabs', at, 'charts', position, 'chart'],
                message: `there is no chart ${chart}`,
              },
            ],
      ),
    ),
  )
  return [
    ...noDataset.map(({ path, dataset }) => ({ path, message: `there is no dataset ${dataset}` })),
    ...noField,
    ...noChart,
  ]
}

function datasetUses(written: Written): readonly Omit<Use, 'field'>[] {
  return [
    ...written.charts.map(({ dataset }, index) => ({ path: ['charts', index, 'dataset'], dataset })),
    ...written.dashboards.flatMap(({ tabs }, index) =>
      tabs.flatMap((tab, at) =>
        tab.selectors.map(({ dataset }, position) => ({
          path: ['dashboards', index, 'tabs', at, 'selectors', position, 'dataset'],
          dataset,
        })),
      ),
    ),
  ]
}

function chartUses({ charts }: Written): readonly Use[] {
  return charts.flatMap(({ dataset, dimensions, measures, filters }, index) => [
    ...dimensions.map((field, at) => ({ path: ['charts', index, 'dimensions', at], dataset, field })),
    ...measures.map(({ field }, at) => ({
      path: ['charts', index, 'measures', at, 'field'],
      dataset,
      field,
    })),
    ...filters.map(({ field }, at) => ({ path: ['charts', index, 'filters', at, 'field'], dataset, field })),
  ])
}

function selectorUses({ dashboards }: Written): readonly Use[] {
  return dashboards.flatMap(({ tabs }, index) =>
    tabs.flatMap((tab, at) =>
      tab.selectors.map(({ dataset, field }, position) => ({
        path: ['dashboards', index, 'tabs', at, 'selectors', position, 'field'],
        dataset,
        field,
      })),
    ),
  )
}
