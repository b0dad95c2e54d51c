/** Runs the CEL rules of our schemas as the API server does when an object is created. */
import { Environment } from '@marcbachmann/cel-js'
import type { JsonSchema, Rule } from '../../api/definition/json-schema.ts'
import { goPattern } from './go-pattern.ts'
import { isRecord } from '../../core/record.ts'
import type { Fault, Path } from './structural-schema.ts'

/**
 * What the library lacks. `replace` is an extension of Kubernetes. `matches` and `lowerAscii` exist there with
 * JavaScript's idea of patterns and lower case; ours have Go's. A registered function cannot be replaced, so ours
 * have other names.
 */
const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, to),
  )
  .registerFunction('string.goMatches(string): bool', (text: string, pattern: string) =>
    goPattern(pattern).test(text),
  )
  .registerFunction('string.asciiLower(): string', (text: string) =>
    text.replace(/[A-Z]/g, letter => letter.toLowerCase()),
  )

type Program = (context: { readonly self: unknown }) => unknown
const programs = new Map<string, Program>()

function programOf(rule: string): Program {
  const known = programs.get(rule)
  if (known !== undefined) return known
  const source = rule.replaceAll('.matches(', '.goMatches(').replaceAll('.lowerAscii(', '.asciiLower(')
  const program = environment.parse(source)
  programs.set(rule, program)
  return program
}

/**
 * Rules that do not hold. A rule about a change (`oldSelf`) holds for a new object.
 *
 * @param value with defaults, and without blocking faults
 */
export function ruleFaults(schema: JsonSchema, value: unknown, path: Path = []): readonly Fault[] {
  const rules = schema['x-kubernetes-validations'] ?? []
  const broken = rules.filter(({ rule }) => !/\boldSelf\b/.test(rule) && !holds(rule, schema, value))
  return [...broken.map(rule => faultOf(rule, path)), ...innerFaults(schema, value, path)]
}

function innerFaults(schema: JsonSchema, value: unknown, path: Path): readonly Fault[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => ruleFaults(schema.items ?? {}, item, [...path, at]))
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = schema.properties?.[name] ?? schema.additionalProperties
    return field === undefined ? [] : ruleFaults(field, inner, [...path, name])
  })
}

function holds(rule: string, schema: JsonSchema, value: unknown): boolean {
  const program = programOf(rule)
  try {
    return program({ self: celValue(schema, value) }) === true
  } catch {
    // As at the API server, a rule that fails to run does not hold.
    return false
  }
}

function faultOf({ message, fieldPath }: Rule, path: Path): Fault {
  const below = fieldPath === undefined ? [] : fieldPath.split('.').slice(1)
  return { path: [...path, ...below], message, blocking: false }
}

/** The library takes CEL's whole numbers as BigInt. */
function celValue(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => celValue(schema.items ?? {}, item))
  if (typeof value === 'number') return schema.type === 'integer' ? BigInt(value) : value
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      celValue(schema.properties?.[name] ?? schema.additionalProperties ?? {}, inner),
    ]),
  )
}
