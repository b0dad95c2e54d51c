/** The columns that `kubectl get` shows of our kinds, from the same definitions. */
import type { KubeObject } from '../../api/object.ts'
import type { PrinterColumn, ResourceDefinition } from '../../api/definition/resource.ts'
import { parseTimestamp } from '../../core/timestamp.ts'

export interface Column {
  /** In capitals. */
  readonly name: string
  /** Empty where the object lacks it. */
  valueOf(object: KubeObject): string
}

/**
 * @param now milliseconds since the epoch, for ages
 * @param isWide whether those count that kubectl shows with `-o wide` alone
 */
export function columnsOf(definition: ResourceDefinition, now: number, isWide = false): readonly Column[] {
  const [served] = definition.crd().spec.versions
  const shown = served.additionalPrinterColumns.filter(({ priority = 0 }) => isWide || priority === 0)
  return shown.map(column => ({
    name: column.name.toUpperCase(),
    valueOf: object => show(column, valueAt(object, column.jsonPath), now),
  }))
}

function show({ type }: PrinterColumn, value: unknown, now: number): string {
  if (type === 'date') {
    const at = typeof value === 'string' ? parseTimestamp(value) : undefined
    return at === undefined ? '' : age(now - at)
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** The two forms that our columns have: `.a.b.c`, and `.a[?(@.type=="Ready")].b`. */
function valueAt(object: unknown, jsonPath: string): unknown {
  const steps = jsonPath.matchAll(/\.(?<field>\w+)|\[\?\(@\.(?<key>\w+)=="(?<wanted>\w+)"\)\]/g)
  let value: unknown = object
  for (const { groups } of steps) {
    const { field, key, wanted } = groups ?? {}
    if (field !== undefined) value = fieldOf(value, field)
    else if (key !== undefined)
      value = Array.isArray(value) ? value.find(item => fieldOf(item, key) === wanted) : undefined
  }
  return value
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
]

/** As kubectl shows it, in the largest unit of which there are at least two: 90s, 5m, 47h, 41d. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const unit = units.find(([, length]) => seconds >= 2 * length)
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit[1])}${unit[0]}`
}
