/** The values as Helm reads them (values.yaml), as it checks them (values.schema.json), and as people read them. */
import { Document, isMap, Pair, Scalar, YAMLMap } from 'yaml'
import { closed, type Schema, type Value } from './values.ts'

export function renderValues(values: readonly Value[], header: string): string {
  const document = new Document({})
  for (const { name, description, default: byDefault } of values) {
    const path = name.split('.')
    const field = new Scalar(path.pop())
    field.commentBefore = ` ${description}`
    if (path.length > 0 && !document.hasIn(path)) document.setIn(path, new YAMLMap())
    const parent = path.length > 0 ? document.getIn(path) : document.contents
    if (isMap(parent)) parent.add(new Pair(field, document.createNode(byDefault)))
  }
  return `${header}\n${document.toString({ lineWidth: 118 })}`
}

/** Closed: a name that is not known is a typing error, and Helm would overlook it. */
export function renderSchema(values: readonly Value[]): string {
  const document = {
    $schema: 'https://json-schema.org/draft-07/schema#',
    title: 'Values of the Helm chart lenskeeper',
    ...closed({
      ...propertiesOf(values.map(value => ({ path: value.name.split('.'), value }))),
      // Helm hands these down where the chart is part of another one.
      global: { type: 'object' },
      enabled: { type: 'boolean' },
    }),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

interface Placed {
  readonly path: readonly string[]
  readonly value: Value
}

function propertiesOf(placed: readonly Placed[]): Readonly<Record<string, Schema>> {
  const names = [...new Set(placed.map(({ path }) => path[0] ?? ''))]
  return Object.fromEntries(
    names.map(name => {
      const inside = placed.filter(({ path }) => path[0] === name)
      const [first] = inside
      if (first?.path.length === 1)
        return [name, { description: first.value.description, ...first.value.schema }]
      return [name, closed(propertiesOf(inside.map(({ path, value }) => ({ path: path.slice(1), value }))))]
    }),
  )
}

/** A table in Markdown. */
export function renderTable(values: readonly Value[]): string {
  const rows = values.map(({ name, description, default: byDefault }) => {
    const isLong = JSON.stringify(byDefault).length > 60
    return `| \`${name}\` | ${isLong ? 'in `values.yaml`' : `\`${JSON.stringify(byDefault)}\``} | ${description} |`
  })
  return ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n')
}
