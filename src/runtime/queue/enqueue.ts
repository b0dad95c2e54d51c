import type { ObjectKey, KubeObject } from '../../api/object.ts'
import type { Change } from '../cache/change.ts'
import type { Store } from '../cache/store.ts'
import type { WorkQueue } from './work-queue.ts'

export interface EnqueueOptions<T> {
  /** The keys that a change concerns. It must not look at all objects. Default: the object's own key. */
  readonly keysOf?: (change: Change<T>) => Iterable<ObjectKey>
  /** False for a change that concerns nobody, such as of a status that nobody reads. Default: always true. */
  readonly when?: (change: Change<T>) => boolean
  readonly reason?: string
}

/**
 * Puts the keys that changes concern into a queue. Those of the first list get low priority, so that live edits
 * overtake them. Returns a function that ends it.
 */
export function enqueueChanges<T extends KubeObject>(
  store: Pick<Store<T>, 'name' | 'subscribe'>,
  queue: WorkQueue,
  { keysOf = change => [change.key], when = () => true, reason = store.name }: EnqueueOptions<T> = {},
): () => void {
  return store.subscribe(change => {
    if (!when(change)) return
    const priority = change.initial ? 'low' : 'normal'
    for (const key of keysOf(change)) queue.add(key, { priority, reason })
  })
}
