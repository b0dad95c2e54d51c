import { keyOf, type KubeObject } from '../api/object.ts'
import { isKubeError, KubeError } from './errors.ts'
import { patchOperations } from './json-patch.ts'
import type { ResourceClient } from './resource-client.ts'

/** Where an object that was just written is put, so that the next reconcile sees it before the watch does. */
export interface WriteSink<T> {
  noteWrite(object: T): void
}

interface WithStatus extends KubeObject {
  readonly status?: unknown
}

/**
 * The only way in which a status is written: one patch with what differs, and nothing when nothing does.
 *
 * @returns whether there was something to write
 * @throws KubeError `conflict` when the object was deleted, made anew, or has got another status in the meantime
 */
export async function writeStatus<T extends WithStatus>(
  object: T,
  status: NonNullable<T['status']>,
  to: { readonly client: ResourceClient<T>; readonly store: WriteSink<T> },
  signal: AbortSignal,
): Promise<boolean> {
  const changes = patchOperations(object.status, status, '/status')
  if (changes.length === 0) return false
  const { uid } = object.metadata
  // A uid beside the status in a merge patch is ignored by the server for custom resources, and what was meant for an
  // object that was deleted would stand on the one that was made anew. A test of it is not.
  const same = uid === undefined ? [] : [{ op: 'test', path: '/metadata/uid', value: uid } as const]
  const key = keyOf(object)
  try {
    to.store.noteWrite(await to.client.patchStatus(key, [...same, ...changes], signal))
  } catch (error) {
    if (!isKubeError(error, 'invalid')) throw error
    const live = await to.client.get(key, signal)
    if (live?.metadata.resourceVersion === object.metadata.resourceVersion) throw error
    throw new KubeError('conflict', 'the object is another one by now', { cause: error })
  }
  return true
}
