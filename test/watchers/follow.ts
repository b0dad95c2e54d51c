/** Every version of some objects, from a list on, through watches that are resumed where they end. */
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '../../src/api/object.ts'
import { isKubeError, KubeError } from '../../src/kube/errors.ts'
import type { ListWatch } from '../../src/runtime/cache/list-watch.ts'

export interface ObjectEvent<T> {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly object: T
}

export interface Follower<T> {
  /** What is there at the start comes as added. What this throws ends it all. */
  note(event: ObjectEvent<T>): void
  /** Versions may have been missed: the API server was started anew. `relist` takes what is there as added. */
  readonly onGap: 'relist' | (() => void)
}

/**
 * Resolves once nothing that is written from now on can be missed.
 * @returns what resolves when `signal` has ended it, or a gap has
 */
export async function follow<T extends KubeObject>(
  source: ListWatch<T>,
  follower: Follower<T>,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const list = async (): Promise<string> => {
    const { items, resourceVersion } = await source.list({ limit: 5000 }, signal)
    for (const object of items) follower.note({ type: 'added', object })
    return resourceVersion
  }
  const relist = (former: string): Promise<string> =>
    list().catch((error: unknown) => {
      if (signal.aborted || error instanceof KubeError) return former
      throw error
    })
  const watch = async (from: string): Promise<void> => {
    let resourceVersion = from
    while (!signal.aborted) {
      try {
        for await (const event of source.watch({ resourceVersion, timeoutSeconds: 600 }, signal)) {
          if (event.type === 'bookmark') {
            resourceVersion = event.resourceVersion
            continue
          }
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
          follower.note(event)
        }
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof KubeError)) throw error
        if (!isKubeError(error, 'gone')) await delay(100)
        else if (follower.onGap === 'relist') resourceVersion = await relist(resourceVersion)
        else return follower.onGap()
      }
    }
  }
  return { ended: watch(await list()) }
}
