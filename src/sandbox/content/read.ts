/** Reads a content file. Pure: its text comes from elsewhere. */
import { isAlias, LineCounter, parseDocument, visit, type Alias, type Document } from 'yaml'
import { offsetOf } from '../../yaml/place.ts'
import { readDatasets } from './datasets.ts'
import { ContentError, type Fault } from './fault.ts'
import type { Chart, Content, Dashboard, Dataset } from './model.ts'
import { circles, danglingNames, repeatedIds } from './references.ts'
import { contentSchema, type Written } from './schema.ts'

/** In characters: far more than all that a file may name. */
const longestText = 5_000_000

/** The content that is shipped. */
export const defaultContentFile = new URL('default.yaml', import.meta.url)

/**
 * @param file its name, for messages
 * @throws ContentError that names every fault with its line
 */
export function readContent(text: string, file: string): Content {
  if (text.length > longestText)
    throw new ContentError(`${file}:1: it is too long; a content file has up to ${longestText / 1e6} MB`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' })
  const at = (offset: number): string => `${file}:${Math.max(1, lines.linePos(offset).line)}`
  // Later errors mostly follow from the first.
  const [error] = document.errors
  if (error?.code === 'RESOURCE_EXHAUSTION')
    throw new ContentError(`${at(error.pos[0])}: it is nested too deeply`)
  if (error !== undefined)
    throw new ContentError(`${at(error.pos[0])}: this is no YAML: ${firstLine(error.message)}`)
  const refuse = (faults: readonly Fault[]): void => {
    if (faults.length === 0) return
    const shown = faults.map(({ path, message }) => `${at(offsetOf(document, path))}: ${message}`)
    throw new ContentError([...new Set(shown)].join('\n'))
  }
  const [dangling] = danglingAliases(document)
  if (dangling !== undefined)
    throw new ContentError(`${at(dangling.range?.[0] ?? 0)}: there is no &${dangling.source} before it`)
  const parsed = contentSchema.safeParse(valueOf(document, file))
  if (!parsed.success) {
    refuse(parsed.error.issues.map(({ path, message }) => faultOf(path, inWords(message))))
    throw new ContentError(`${file}: it cannot be read`)
  }
  const written = parsed.data
  refuse([...repeatedIds(written), ...circles(written)])
  const { datasets, faults } = readDatasets(written)
  refuse([...faults, ...(faults.length > 0 ? [] : danglingNames(written, datasets))])
  refuse(shapes(written, datasets))
  return contentOf(written, datasets)
}

function danglingAliases(document: Document): readonly Alias[] {
  const anchors = new Set<string>()
  const dangling: Alias[] = []
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        if (!anchors.has(node.source)) dangling.push(node)
      } else if (node.anchor !== undefined) anchors.add(node.anchor)
    },
  })
  return dangling
}

/** A few aliases of aliases are more than anybody can hold. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new ContentError(`${file}:1: its aliases lead to too much; write it out`)
  }
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
}

/** The schema's words for what is not there at all. */
function inWords(message: string): string {
  return message.endsWith('received undefined') ? 'is missing' : message
}

function faultOf(path: readonly PropertyKey[], message: string): Fault {
  const steps = path.map(step => (typeof step === 'number' ? step : String(step)))
  return { path: steps, message: `${steps.join('.') || 'the file'}: ${message}` }
}

/** What a chart of each type needs to be drawn. */
function shapes({ charts }: Written, datasets: readonly Dataset[]): readonly Fault[] {
  return charts.flatMap(({ id, type, dataset, dimensions, measures, filters }, index) => {
    const at = ['charts', index]
    const fields = datasets.find(one => one.id === dataset)?.fields ?? []
    const isNumber = (field: string): boolean => fields.find(one => one.id === field)?.type === 'number'
    const bounds = filters.findIndex(({ field, operation }) => operation !== 'in' && isNumber(field))
    if (type === 'metric' && (measures.length !== 1 || dimensions.length > 0))
      return [{ path: [...at, 'type'], message: `the metric ${id} needs one measure, and no dimension` }]
    if ((type === 'bar' || type === 'line') && (measures.length === 0 || dimensions.length === 0))
      return [{ path: [...at, 'type'], message: `the chart ${id} needs a dimension and a measure` }]
    if (measures.length + dimensions.length === 0)
      return [{ path: [...at, 'type'], message: `the table ${id} needs a dimension or a measure` }]
    if (bounds >= 0)
      return [{ path: [...at, 'filters', bounds], message: 'from and to take a field of type text or date' }]
    return []
  })
}

function contentOf(written: Written, datasets: readonly Dataset[]): Content {
  const titleOf = (dataset: string, field: string): Dataset['name'] =>
    datasets.find(({ id }) => id === dataset)?.fields.find(({ id }) => id === field)?.title ?? {
      en: field,
      ru: field,
    }
  const charts = written.charts.map(
    (chart): Chart => ({
      ...chart,
      measures: chart.measures.map(({ title, ...measure }) => ({
        ...measure,
        title: title ?? titleOf(chart.dataset, measure.field),
      })),
    }),
  )
  const dashboards = written.dashboards.map(
    ({ id, name, tabs }): Dashboard => ({
      id,
      name,
      tabs: tabs.map(({ charts: tiles, ...tab }) => ({ ...tab, tiles })),
    }),
  )
  const connections = written.connections.map(({ database, ...slot }) => ({ ...slot, database }))
  return { title: written.title, connections, datasets, charts, dashboards }
}
