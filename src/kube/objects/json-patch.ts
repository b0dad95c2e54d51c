import { isRecord } from '../../core/record.ts'

/** An operation of RFC 6902. If one fails, none is done, and the server answers 422. */
export type Operation =
  | { readonly op: 'test' | 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/**
 * The RFC 6902 operations that turn `before` into `after`; none when they are equal. Lists are replaced as a whole.
 * Fields that `after` does not have are removed.
 *
 * @param path JSON pointer (RFC 6901) to where `before` stands
 */
export function patchOperations(before: unknown, after: unknown, path: string): readonly Operation[] {
  if (!isRecord(before) || !isRecord(after)) {
    return isSame(before, after) ? [] : [{ op: 'add', path, value: after }]
  }
  // Mostly all are the same, and this is asked at each look at ten thousand objects.
  if (isSame(before, after)) return []
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(
    (name): readonly Operation[] => {
      const at = `${path}/${escaped(name)}`
      if (after[name] !== undefined) return patchOperations(before[name], after[name], at)
      return before[name] === undefined ? [] : [{ op: 'remove', path: at }]
    },
  )
}

/** The RFC 7396 patch that does the same to an object that has not changed since. */
export function asMergePatch(operations: readonly Operation[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const operation of operations) {
    const names = operation.path.split('/').slice(1).map(unescaped)
    const last = names.pop() ?? ''
    let at = patch
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>
    at[last] = operation.op === 'remove' ? null : operation.value
  }
  return patch
}

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]))
  }
  if (isRecord(a) && isRecord(b)) return hasSameFields(a, b)
  return Object.is(a, b)
}

/** A field that is undefined is none. */
function hasSameFields(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  for (const name of Object.keys(a)) if (!isSame(a[name], b[name])) return false
  for (const name of Object.keys(b)) if (b[name] !== undefined && !Object.hasOwn(a, name)) return false
  return true
}
