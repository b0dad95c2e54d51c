/**
 * Builders for the schemas of our resources. One definition gives both the TypeScript type (by inference, so
 * they cannot disagree) and the structural OpenAPI schema that the API server enforces. Every builder takes
 * its description first: no field can be without one.
 */
import type { JsonSchema, Rule } from './json-schema.ts'

declare const typeTag: unique symbol

/** `defaulted`: may be left out when writing, and is always there when reading. */
export type Presence = 'required' | 'optional' | 'defaulted'

export interface Schema<T, P extends Presence = 'required'> {
  readonly json: JsonSchema
  readonly presence: P
  readonly [typeTag]?: T
}

export type Fields = Readonly<Record<string, Schema<unknown, Presence>>>

/** What a reader gets from the API server for this schema. */
export type TypeOf<S> = S extends Schema<infer T, Presence> ? T : never

type OptionalKeys<F> = { [K in keyof F]: F[K] extends Schema<unknown, 'optional'> ? K : never }[keyof F]
type Flat<T> = { [K in keyof T]: T[K] }
type ObjectOf<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]> } & {
    readonly [K in OptionalKeys<F>]?: TypeOf<F[K]>
  }
>
type Partially<T> = T extends object ? { readonly [K in keyof T]?: Partially<T[K]> } : T

interface Ruled {
  readonly rules?: readonly Rule[]
}

function schema<T>(description: string, json: JsonSchema, rules: readonly Rule[] = []): Schema<T> {
  const ruled = rules.length === 0 ? {} : { 'x-kubernetes-validations': rules }
  return { presence: 'required', json: { description, ...json, ...ruled } }
}

export interface StringOptions extends Ruled {
  readonly minLength?: number
  /** Give one wherever people write: without it the API server estimates the cost of CEL rules for 3 MB of text. */
  readonly maxLength?: number
  readonly format?: 'date-time'
}

export function string(description: string, { rules, ...options }: StringOptions = {}): Schema<string> {
  return schema(description, { type: 'string', ...options }, rules)
}

export function oneOf<const V extends string>(description: string, values: readonly V[]): Schema<V> {
  return schema(description, { type: 'string', enum: values })
}

export function timestamp(description: string): Schema<string> {
  return schema(description, { type: 'string', format: 'date-time' })
}

export interface IntegerOptions {
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: 'int32' | 'int64'
}

export function integer(description: string, options: IntegerOptions = {}): Schema<number> {
  return schema(description, { type: 'integer', format: 'int32', ...options })
}

/** A text, or a whole number without quotes. */
export function integerOrString(
  description: string,
  options: Pick<StringOptions, 'maxLength'> = {},
): Schema<string | number> {
  return schema(description, { 'x-kubernetes-int-or-string': true, ...options })
}

export function boolean(description: string): Schema<boolean> {
  return schema(description, { type: 'boolean' })
}

export interface ArrayOptions extends Ruled {
  readonly minItems?: number
  readonly maxItems?: number
  /** `set` and `map` make the API server refuse duplicates and let several writers own single entries. */
  readonly listType?: 'map' | 'set' | 'atomic'
  readonly mapKeys?: readonly string[]
}

export function array<T>(
  description: string,
  items: Schema<T>,
  { rules, listType = 'atomic', mapKeys, ...limits }: ArrayOptions = {},
): Schema<readonly T[]> {
  const keys = mapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': mapKeys }
  const json = {
    type: 'array',
    items: items.json,
    ...limits,
    'x-kubernetes-list-type': listType,
    ...keys,
  } as const
  return schema(description, json, rules)
}

export interface RecordOptions extends Ruled {
  readonly maxProperties: number
}

export function record<T>(
  description: string,
  values: Schema<T>,
  { rules, maxProperties }: RecordOptions,
): Schema<Readonly<Record<string, T>>> {
  return schema(description, { type: 'object', maxProperties, additionalProperties: values.json }, rules)
}

export interface ObjectOptions extends Ruled {
  /** Server-side apply replaces it as a whole, as it must a reference or a selector. */
  readonly atomic?: boolean
}

export function object<const F extends Fields>(
  description: string,
  fields: F,
  { rules, atomic = false }: ObjectOptions = {},
): Schema<ObjectOf<F>> {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => field.presence === 'required').map(([name]) => name)
  const json: JsonSchema = {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(entries.map(([name, field]) => [name, field.json])),
    ...(atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
  return schema(description, json, rules)
}

export function optional<T>(field: Schema<T>): Schema<T, 'optional'> {
  return { json: field.json, presence: 'optional' }
}

/** The API server fills `value` in. Fields of it that have defaults of their own may be left out. */
export function defaulted<T>(field: Schema<T>, value: Partially<NoInfer<T>>): Schema<T, 'defaulted'> {
  return { json: { ...field.json, default: withDefaults(field.json, value) }, presence: 'defaulted' }
}

/** The default with the inner ones filled in: the API server runs its rules before it would do so. */
function withDefaults(json: JsonSchema, value: unknown): unknown {
  if (json.properties === undefined) return value
  const inner = Object.entries(json.properties).filter(([, field]) => field.default !== undefined)
  return { ...Object.fromEntries(inner.map(([name, field]) => [name, field.default])), ...(value as object) }
}
