// Whether YAML fits a kind's schema, as far as that can be told without a cluster: CEL rules of more than one text are left out.
import { parseAllDocuments } from 'yaml'
import { kinds } from '../../src/api/kinds.ts'
import { ruleFaults } from '../../src/cli/lint/cel-rules.ts'
import type { JsonSchema } from '../../src/api/definition/json-schema.ts'

export interface Snippet {
  readonly where: string
  readonly text: string
  /** The kind that a piece without `kind` is a part of; such a piece need not be complete. */
  readonly partOf?: string | undefined
}

interface Context {
  readonly path: string
  readonly whole: boolean
}

/** What is wrong, one line each. */
export function problemsIn({ where, text, partOf }: Snippet): readonly string[] {
  const problems: string[] = []
  for (const document of parseAllDocuments(text)) {
    problems.push(...[...document.errors, ...document.warnings].map(({ message }) => message))
    const value = document.toJS() as Record<string, unknown> | null
    if (value === null || document.errors.length > 0) continue
    const kind =
      partOf ?? (value['apiVersion'] === 'lenskeeper.dev/v1alpha1' ? String(value['kind']) : undefined)
    if (kind === undefined) continue
    const schema = kinds.find(resource => resource.kind === kind)?.schema
    if (schema === undefined) problems.push(`there is no kind ${kind}`)
    else problems.push(...check(value, schema, { path: '', whole: partOf === undefined }))
  }
  return problems.map(problem => `${where}: ${problem}`)
}

function check(value: unknown, schema: JsonSchema, context: Context): readonly string[] {
  switch (schema.type) {
    case 'object':
      return checkObject(value, schema, context)
    case 'array':
      if (!Array.isArray(value)) return [`${context.path} is no list`]
      return value.flatMap((item, at) =>
        check(item, schema.items ?? {}, { path: `${context.path}[${at}]`, whole: true }),
      )
    case 'string':
      return typeof value === 'string'
        ? checkText(value, schema, context.path)
        : [`${context.path} is no text`]
    case 'integer':
      return checkNumber(value, schema, context.path)
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${context.path} is neither true nor false`]
    case undefined:
      return []
    default:
      return schema.type satisfies never
  }
}

function checkObject(value: unknown, schema: JsonSchema, { path, whole }: Context): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no map`]
  const { properties = {}, additionalProperties, required = [] } = schema
  const missing = required.filter(name => whole && !(name in value)).map(name => `${path}.${name} is missing`)
  const wrong = Object.entries(value).flatMap(([name, field]) => {
    if (path === '' && name === 'metadata') return []
    const inner = properties[name] ?? additionalProperties
    if (inner === undefined && schema.properties === undefined) return []
    return inner === undefined
      ? [`${path}.${name} is unknown`]
      : check(field, inner, { path: `${path}.${name}`, whole })
  })
  return [...missing, ...wrong]
}

function checkText(value: string, schema: JsonSchema, path: string): readonly string[] {
  const { enum: allowed, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  if (allowed !== undefined && !allowed.includes(value)) return [`${path} is none of ${allowed.join(', ')}`]
  // What a shell fills in is not known here.
  const [broken] = value.includes('$') ? [] : ruleFaults(schema, value)
  if (broken !== undefined) return [`${path} ${broken.message}`]
  return value.length >= minLength && value.length <= maxLength ? [] : [`${path} is too short or too long`]
}

function checkNumber(value: unknown, schema: JsonSchema, path: string): readonly string[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
  if (typeof value !== 'number' || !Number.isInteger(value)) return [`${path} is no whole number`]
  return value >= minimum && value <= maximum ? [] : [`${path} is out of range`]
}
