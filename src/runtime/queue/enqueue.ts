import type { ObjectKey, KubeObject } from '../../api/object.ts'
import type { Change, Store } from '../cache/store.ts'
import type { WorkQueue } from './work-queue.ts'

export interface EnqueueOptions<T> {
  /** The keys that a change concerns; must not look at all objects. Default: the object's own. */
  readonly keysOf?: (change: Change<T>) => Iterable<ObjectKey>
  /** False for changes that concern nobody, such as of a status that nobody reads. Default: all do. */
  readonly when?: (change: Change<T>) => boolean
  readonly reason?: string
}

/**
 * Puts the keys that a change concerns into a queue. What the first list shows has low priority, so that live edits
 * overtake it. Returns a function that ends it.
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
