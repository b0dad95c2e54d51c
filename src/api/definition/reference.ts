/** The reference page for users, from the same definitions that the API server and the compiler get. */
import type { JsonSchema } from './json-schema.ts'
import { apiVersion, type ResourceDefinition } from './resource.ts'

export function renderReference(kinds: readonly ResourceDefinition[]): string {
  const intro = [
    '<!-- Generated from src/api by `npm run crds`; do not edit. -->',
    '# Reference',
    `All kinds are of \`${apiVersion}\`, namespaced, and in the category \`lenskeeper\`: \`kubectl get lenskeeper\`. The same texts come from \`kubectl explain\`.`,
  ]
  return `${[...intro, ...kinds.map(renderKind)].join('\n\n')}\n`
}

function renderKind(kind: ResourceDefinition): string {
  const { properties = {} } = kind.schema
  const parts = [
    `## ${kind.kind}`,
    `Short name \`${kind.shortName}\`. ${kind.schema.description ?? ''}`,
    '### Spec',
    fieldTable(properties.spec),
    '### Status',
    fieldTable(properties.status),
    '### Reasons',
    table(
      ['reason', 'meaning'],
      Object.entries(kind.reasons).map(([name, text]) => [code(name), text]),
    ),
  ]
  return parts.join('\n\n')
}

function fieldTable(schema: JsonSchema | undefined): string {
  const rows = schema === undefined ? [] : fieldRows(schema, '')
  return table(['field', 'type', 'default', 'description'], rows)
}

function fieldRows(schema: JsonSchema, path: string): readonly string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const fieldPath = path === '' ? name : `${path}.${name}`
    const isRequired = schema.required?.includes(name) === true
    const row = [code(fieldPath), typeName(field), defaultText(field, isRequired), describe(field)]
    return [row, ...nestedRows(field, fieldPath)]
  })
}

function nestedRows(field: JsonSchema, path: string): readonly string[][] {
  // A selector is the same everywhere in Kubernetes, so its fields are left out.
  if (field.properties?.matchLabels !== undefined) return []
  if (field.items !== undefined) return fieldRows(field.items, `${path}[]`)
  return fieldRows(field, path)
}

function typeName(field: JsonSchema): string {
  if (field.enum !== undefined) return field.enum.map(code).join(', ')
  if (field.items !== undefined) return `list of ${typeName(field.items)}`
  if (field.additionalProperties !== undefined) return `map of ${typeName(field.additionalProperties)}`
  if (field.properties?.matchLabels !== undefined) return 'label selector'
  if (field['x-kubernetes-int-or-string'] === true) return 'string or integer'
  return field.format === 'date-time' ? 'time' : (field.type ?? 'any')
}

function defaultText(field: JsonSchema, isRequired: boolean): string {
  if (isRequired) return '*required*'
  return field.default === undefined || field.type === 'object' ? '' : code(JSON.stringify(field.default))
}

function describe(field: JsonSchema): string {
  const rules = [field, ...(field.items === undefined ? [] : [field.items])]
    .flatMap(schema => schema['x-kubernetes-validations'] ?? [])
    .map(
      ({ message, fieldPath }) =>
        `Refused: ${fieldPath === undefined ? '' : `${code(fieldPath.slice(1))} `}“${message}”.`,
    )
  return [field.description ?? '', ...rules].join(' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
