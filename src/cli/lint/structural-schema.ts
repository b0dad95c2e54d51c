/**
 * What the API server does with an object before its CEL rules: it drops nulls, fills in defaults and enforces the
 * structural schema. A test gives the same cases to both. Messages never quote a value: it may be a key.
 */
import { isRecord } from '../../core/record.ts'
import type { JsonSchema } from '../../api/definition/json-schema.ts'

export type Path = readonly (string | number)[]

export interface Fault {
  readonly path: Path
  readonly message: string
  /** The API server does not run its rules on an object with such a fault. */
  readonly blocking: boolean
}

/** A copy with defaults. As at the API server, a field that is null counts as left out. */
export function withDefaults(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    return schema.items === undefined ? value : value.map(item => withDefaults(schema.items ?? {}, item))
  }
  if (!isRecord(value)) return value
  const filled: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const known = fieldOf(schema, name)
    if (known === undefined) filled[name] = inner
    else if (inner !== null) filled[name] = withDefaults(known, inner)
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (filled[name] === undefined && field.default !== undefined)
      filled[name] = withDefaults(field, structuredClone(field.default))
  }
  return filled
}

/** Every fault of the value against the schema. A field that the schema does not know is one too. */
export function schemaFaults(schema: JsonSchema, value: unknown, path: Path = []): readonly Fault[] {
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? objectFaults(schema, value, path) : [wrongType('a mapping', path)]
    case 'array':
      return Array.isArray(value) ? arrayFaults(schema, value, path) : [wrongType('a list', path)]
    case 'string':
      return typeof value === 'string'
        ? stringFaults(schema, value, path)
        : [wrongType('a text', path, value)]
    case 'integer':
      return Number.isSafeInteger(value)
        ? integerFaults(schema, Number(value), path)
        : [wrongType('a whole number', path)]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrongType('true or false', path)]
    case undefined:
      return schema['x-kubernetes-int-or-string'] === true ? integerOrStringFaults(schema, value, path) : []
    default:
      throw new TypeError(schema.type satisfies never)
  }
}

function fieldOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  return Object.hasOwn(schema.properties ?? {}, name)
    ? schema.properties?.[name]
    : schema.additionalProperties
}

function objectFaults(schema: JsonSchema, value: Readonly<Record<string, unknown>>, path: Path): Fault[] {
  const faults: Fault[] = []
  for (const name of schema.required ?? []) {
    if (value[name] === undefined)
      faults.push({ path: [...path, name], message: 'is required', blocking: true })
  }
  const names = Object.keys(value)
  if (schema.maxProperties !== undefined && names.length > schema.maxProperties)
    faults.push({ path, message: `may have at most ${schema.maxProperties} entries`, blocking: true })
  const open = schema.properties === undefined && schema.additionalProperties === undefined
  for (const name of open ? [] : names) {
    const field = fieldOf(schema, name)
    if (field === undefined) faults.push(unknownField(schema, name, path))
    else faults.push(...schemaFaults(field, value[name], [...path, name]))
  }
  return faults
}

function unknownField(schema: JsonSchema, name: string, path: Path): Fault {
  const known = Object.keys(schema.properties ?? {})
  const likely = known.find(candidate => candidate.toLowerCase() === name.toLowerCase())
  const hint = likely === undefined ? `known are ${known.join(', ')}` : `did you mean ${likely}?`
  return { path: [...path, name], message: `is not a field of this object; ${hint}`, blocking: false }
}

function arrayFaults(schema: JsonSchema, value: readonly unknown[], path: Path): Fault[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema
  const faults: Fault[] = []
  if (value.length < minItems)
    faults.push({ path, message: `must have at least ${minItems} entries`, blocking: false })
  if (value.length > maxItems)
    faults.push({ path, message: `may have at most ${maxItems} entries`, blocking: true })
  value.forEach((item, at) => faults.push(...schemaFaults(items, item, [...path, at])))
  return [...faults, ...repeated(schema, value, path)]
}

function repeated(schema: JsonSchema, value: readonly unknown[], path: Path): Fault[] {
  const listType = schema['x-kubernetes-list-type']
  if (listType !== 'set' && listType !== 'map') return []
  const keys = schema['x-kubernetes-list-map-keys']
  const identities = value.map(item =>
    JSON.stringify(keys === undefined ? item : keys.map(key => (isRecord(item) ? item[key] : undefined))),
  )
  const message =
    keys === undefined ? 'is there twice' : `has the same ${keys.join(' and ')} as another entry`
  return identities.flatMap((identity, at) =>
    identities.indexOf(identity) < at ? [{ path: [...path, at], message, blocking: false }] : [],
  )
}

function stringFaults(schema: JsonSchema, value: string, path: Path): Fault[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  const { length } = Array.from(value)
  const faults: Fault[] = []
  if (schema.enum !== undefined && !schema.enum.includes(value))
    faults.push({ path, message: `must be one of ${schema.enum.join(', ')}`, blocking: true })
  if (length < minLength)
    faults.push({ path, message: `must have at least ${minLength} characters`, blocking: false })
  if (length > maxLength)
    faults.push({ path, message: `may have at most ${maxLength} characters`, blocking: true })
  return faults
}

function integerOrStringFaults(schema: JsonSchema, value: unknown, path: Path): readonly Fault[] {
  if (typeof value === 'string') return stringFaults(schema, value, path)
  return Number.isSafeInteger(value) ? [] : [wrongType('a text or a whole number', path)]
}

function integerFaults(schema: JsonSchema, value: number, path: Path): Fault[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
  if (value < minimum) return [{ path, message: `must be ${minimum} or more`, blocking: false }]
  if (value > maximum) return [{ path, message: `must be ${maximum} or less`, blocking: false }]
  return []
}

function wrongType(wanted: string, path: Path, value?: unknown): Fault {
  const hint = typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : ''
  return { path, message: `must be ${wanted}${hint}`, blocking: true }
}
