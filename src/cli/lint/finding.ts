import type { FoundObject, Place } from './files.ts'
import { isRecord } from '../../core/record.ts'
import type { Path } from './structural-schema.ts'

/**
 * The API server would refuse what `yaml`, `schema` and `rule` find; the operator the rest, but for `stale`, which works
 * until the first link ends.
 */
export type CheckName = 'yaml' | 'schema' | 'rule' | 'policy' | 'claim' | 'key' | 'stale'

export interface Finding extends Place {
  /** A warning is no mistake: something could not be checked. */
  readonly severity: 'error' | 'warning'
  readonly check: CheckName
  /** `PartnerKey datalens/acme`; empty for a file that cannot be read. */
  readonly object: string
  /** `spec.tenants.databases`; empty for the object as a whole. */
  readonly field: string
  readonly message: string
}

/** An object that is good by itself, with its defaults. */
export interface GoodObject extends Identity {
  readonly found: FoundObject
  readonly value: Readonly<Record<string, unknown>>
}

export interface Identity {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** @param defaultNamespace where objects go that name no namespace */
export function identityOf({ kind, value }: FoundObject, defaultNamespace: string): Identity {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {}
  const text = (name: string): string | undefined => {
    const part = metadata[name]
    return typeof part === 'string' && part !== '' ? part : undefined
  }
  const name = text('name') ?? (text('generateName') === undefined ? '?' : `${text('generateName')}*`)
  return { kind, name, namespace: kind === 'Namespace' ? '' : (text('namespace') ?? defaultNamespace) }
}

/** A finding about a field of an object. */
export function findingAt(
  found: FoundObject,
  { kind, namespace, name }: Identity,
  said: {
    readonly check: CheckName
    readonly path: Path
    readonly message: string
    readonly severity?: 'warning'
  },
): Finding {
  return {
    ...found.place(said.path),
    severity: said.severity ?? 'error',
    check: said.check,
    object: `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`,
    field: fieldName(said.path),
    message: said.message,
  }
}

/** As the API server writes it: `spec.endpoints[0]`. */
function fieldName(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
