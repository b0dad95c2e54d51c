import type { KubeObject } from '../../api/object.ts'
import { KubeError } from '../../kube/errors.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import type { WriteSink } from '../../kube/objects/write-status.ts'
import { StaleView } from '../../runtime/stale-view.ts'

/** Where objects of one kind are written, and the cache that learns of it at once. */
export interface Writes<T extends KubeObject> {
  readonly client: Pick<ResourceClient<T>, 'create' | 'mergePatch'>
  readonly store: WriteSink<T>
}

/** @throws StaleView where somebody else was there first, KubeError, or the signal's reason */
export async function noteWrite<T extends KubeObject>(store: WriteSink<T>, write: Promise<T>): Promise<void> {
  try {
    store.noteWrite(await write)
  } catch (error) {
    if (error instanceof KubeError && stale.has(error.code)) {
      throw new StaleView('somebody else was there first', { cause: error })
    }
    throw error
  }
}

const stale: ReadonlySet<string> = new Set(['conflict', 'alreadyExists'])
