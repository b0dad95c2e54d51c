/** All that can be found in objects without a cluster. */
import { kinds } from '../../api/kinds.ts'
import type { JsonSchema } from '../../api/definition/json-schema.ts'
import { apiVersion, group } from '../../api/definition/resource.ts'
import type { FoundObject, ReadFiles } from './files.ts'
import { embedFindings } from './embeds.ts'
import { findingAt, identityOf, type CheckName, type Finding, type GoodObject } from './finding.ts'
import { metadataSchemaFor } from './metadata-schema.ts'
import { policyFindings, type PolicyOptions } from './policy.ts'
import { ruleFaults } from './cel-rules.ts'
import { isRecord } from '../../core/record.ts'
import { schemaFaults, withDefaults, type Fault } from './structural-schema.ts'

export interface LintOptions extends PolicyOptions {
  /** Where objects go that name no namespace. */
  readonly namespace: string
}

/**
 * All findings, by file and line.
 *
 * @param others objects of other kinds, which are looked at only for what they have to do with ours
 */
export function lint(
  { objects, misread }: Pick<ReadFiles, 'objects' | 'misread'>,
  others: readonly FoundObject[],
  options: LintOptions,
): readonly Finding[] {
  const findings: Finding[] = misread.map(({ place, message }) => ({
    ...place,
    severity: 'error',
    check: 'yaml',
    object: '',
    field: '',
    message,
  }))
  const good: GoodObject[] = []
  for (const found of objects) {
    const checked = checkObject(found, options.namespace)
    findings.push(...checked.findings)
    if (checked.good !== undefined) good.push(checked.good)
  }
  findings.push(...policyFindings(good, options), ...embedFindings(good, others, options.namespace))
  return findings.toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

interface Checked {
  readonly findings: readonly Finding[]
  readonly good?: GoodObject
}

/** Judges one object by itself, as the API server would. */
export function checkObject(found: FoundObject, defaultNamespace: string): Checked {
  const identity = identityOf(found, defaultNamespace)
  const say = (check: CheckName) => (fault: Fault) => findingAt(found, identity, { check, ...fault })
  const schema = schemaOf(found)
  if (typeof schema === 'string')
    return { findings: [say('schema')({ path: ['apiVersion'], message: schema, blocking: true })] }
  const { status: _, ...written } = found.value
  const value = withDefaults(schema, written)
  const faults = schemaFaults(schema, value)
  const broken = faults.some(({ blocking }) => blocking) ? [] : ruleFaults(schema, forRules(value))
  const findings = [...faults.map(say('schema')), ...broken.map(say('rule'))]
  if (findings.length > 0 || !isRecord(value)) return { findings }
  return { findings, good: { ...identity, found, value } }
}

function schemaOf({ apiVersion: version, kind, value }: FoundObject): JsonSchema | string {
  if (kind === 'Namespace' && version === 'v1') return { type: 'object', properties: namespaceFields }
  const resource = kinds.find(candidate => candidate.kind === kind)
  if (resource === undefined) {
    return `${group} has no kind of this name; it has ${kinds.map(known => known.kind).join(', ')}`
  }
  if (version !== apiVersion) return `is not a version that there is; write ${apiVersion}`
  const { status: _, ...properties } = resource.schema.properties ?? {}
  const required = [...(resource.schema.required ?? []), 'metadata']
  const { metadata: written } = value
  const generated = isRecord(written) && typeof written['generateName'] === 'string'
  const metadata = metadataSchemaFor(generated)
  return { ...resource.schema, required, properties: { ...properties, metadata } }
}

/** Of a Namespace, only what this command reads is checked. */
const namespaceFields: Readonly<Record<string, JsonSchema>> = {
  apiVersion: {},
  kind: {},
  metadata: {},
  spec: {},
}

/** The API server makes a generated name before its rules run. */
function forRules(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value['metadata'])) return value
  const { metadata } = value
  if (typeof metadata['name'] === 'string' || typeof metadata['generateName'] !== 'string') return value
  return { ...value, metadata: { ...metadata, name: `${metadata['generateName']}xxxxx` } }
}
