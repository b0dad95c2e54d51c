import { keyOf, type KubeObject } from '../api/object.ts'
import type { ResourceClient } from './resource-client.ts'

/** Where an object that was just written is put, so that the next reconcile sees it before the watch does. */
export interface WriteSink<T> {
  noteWrite(object: T): void
}

interface WithStatus extends KubeObject {
  readonly status?: unknown
}

/**
 * The only way in which a status is written: one merge patch with what differs, and nothing when nothing does.
 *
 * @returns whether there was something to write
 */
export async function writeStatus<T extends WithStatus>(
  object: T,
  status: NonNullable<T['status']>,
  to: { readonly client: ResourceClient<T>; readonly store: WriteSink<T> },
  signal: AbortSignal,
): Promise<boolean> {
  const patch = mergeDiff(object.status ?? {}, status)
  if (patch === undefined) return false
  // The uid makes a status meant for an object that was deleted and made anew a conflict instead of a lie.
  const metadata = object.metadata.uid === undefined ? {} : { metadata: { uid: object.metadata.uid } }
  to.store.noteWrite(await to.client.mergePatchStatus(keyOf(object), { ...metadata, status: patch }, signal))
  return true
}

/**
 * The RFC 7396 patch that turns `before` into `after`, or undefined when they are equal. Lists are replaced
 * as a whole; what is undefined or missing in `after` is removed.
 */
export function mergeDiff(before: unknown, after: unknown): unknown {
  if (!isRecord(before) || !isRecord(after)) return isSame(before, after) ? undefined : after
  const patch: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[name]
    const wanted = after[name]
    if (wanted === undefined) {
      if (old !== undefined) patch[name] = null
      continue
    }
    const difference = mergeDiff(old, wanted)
    if (difference !== undefined) patch[name] = difference
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]))
  }
  if (isRecord(a) && isRecord(b)) return mergeDiff(a, b) === undefined
  return Object.is(a, b)
}
