/** RFC 6902 and RFC 7396 as the API server carries them out, for as much of them as the operator uses. */
import { isDeepStrictEqual } from 'node:util'
import type { Operation } from '../../src/kube/objects/json-patch.ts'

type Members = Record<string, unknown>

/**
 * @returns a changed copy
 * @throws Error on a test that fails, and on a path that is not there
 */
export function patched<T>(object: T, operations: readonly Operation[]): T {
  const root = structuredClone({ '': object }) as Members
  for (const operation of operations) carryOut(root, operation)
  return root[''] as T
}

function carryOut(root: Members, operation: Operation): void {
  const names = operation.path.split('/').map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = names.at(-1) ?? ''
  let at = root
  for (const name of names.slice(0, -1)) {
    const next = at[name]
    if (typeof next !== 'object' || next === null) throw new Error(`${operation.path} is not there`)
    at = next as Members
  }
  if (operation.op === 'add') at[last] = structuredClone(operation.value)
  else if (!(last in at)) throw new Error(`${operation.path} is not there`)
  else if (operation.op === 'remove') delete at[last]
  else if (!isDeepStrictEqual(at[last], operation.value)) throw new Error(`${operation.path} is another one`)
}

/** RFC 7396, section 2. @returns a changed copy */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch
  const result: Members = isMembers(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
