import { keyOf, type KubeObject } from '../../api/object.ts'
import { isKubeError, KubeError } from '../errors.ts'
import { asMergePatch, patchOperations } from './json-patch.ts'
import type { ResourceClient } from './resource-client.ts'

/** Takes an object that was just written, so that the next reconcile need not wait for the watch to see it. */
export interface WriteSink<T> {
  noteWrite(object: T): void
}

interface WithStatus extends KubeObject {
  readonly status?: unknown
}

/**
 * The only way in which a status is written: one patch with what differs, and nothing when nothing does. First a merge
 * patch over the version that was looked at, which costs the server least. If somebody has written the object since, a
 * JSON patch that tests whether it is still the same object.
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
  const { uid, resourceVersion } = object.metadata
  const key = keyOf(object)
  if (resourceVersion !== undefined) {
    const patch = { metadata: { resourceVersion }, ...asMergePatch(changes) }
    const written = await unlessChanged(to.client.mergePatchStatus(key, patch, signal))
    if (written !== undefined) {
      to.store.noteWrite(written)
      return true
    }
  }
  // The server ignores a uid in a merge patch of a custom resource's status, so the status of a deleted object could
  // come to stand on the one that was made anew. The server does not ignore the test of a JSON patch.
  const same = uid === undefined ? [] : [{ op: 'test', path: '/metadata/uid', value: uid } as const]
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

async function unlessChanged<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write
  } catch (error) {
    if (isKubeError(error, 'conflict')) return undefined
    throw error
  }
}
