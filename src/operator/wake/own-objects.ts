/** A Secret or ConfigMap that we made wakes the object that it was made for. */
import type { ObjectKey } from '../../api/object.ts'
import type { WorkQueue } from '../../runtime/queue/work-queue.ts'
import type { Kind } from '../kind.ts'
import type { SharedWatches } from '../watches.ts'

/**
 * The first lists wake nobody, since each object of ours comes into its queue by its own list. Nor does a Secret that
 * this process has just written, whether the watch or the write's answer shows it first: with ten thousand tenants a
 * second look would double the work.
 */
export function wakeByOwnObjects(
  kinds: readonly Kind[],
  { secrets, configMaps }: Pick<SharedWatches, 'secrets' | 'configMaps'>,
): void {
  // Dependants first: an object that was made for one may also have a label with what that one depends on.
  const asked = kinds.toReversed()
  secrets.store.subscribe(({ previous, current, initial, own, mayBeOwn }) => {
    if (initial || own !== undefined) return
    // Both: if a label was changed or removed, the object that it named before is concerned, too.
    const concerned = [previous, current].flatMap(secret =>
      secret === undefined ? [] : firstConcerned(asked, kind => kind.subjectsOfSecret?.(secret)),
    )
    if (mayBeOwn === undefined) wake(concerned, 'secret')
    else
      void mayBeOwn.then(isOwn => {
        if (!isOwn) wake(concerned, 'secret')
      })
  })
  configMaps.store.subscribe(({ previous, current, initial }) => {
    const configMap = current ?? previous
    if (initial || configMap === undefined) return
    wake(
      firstConcerned(asked, kind => kind.subjectsOfConfigMap?.(configMap)),
      'config map',
    )
  })
}

interface Concerned {
  readonly queue: WorkQueue
  readonly key: ObjectKey
}

/** The objects of the first kind that has any. */
function firstConcerned(
  kinds: readonly Kind[],
  subjectsOf: (kind: Kind) => readonly ObjectKey[] | undefined,
): readonly Concerned[] {
  for (const kind of kinds) {
    const subjects = subjectsOf(kind) ?? []
    if (subjects.length > 0) return subjects.map(key => ({ queue: kind.queue, key }))
  }
  return []
}

function wake(concerned: readonly Concerned[], reason: string): void {
  for (const { queue, key } of concerned) queue.add(key, { reason })
}
