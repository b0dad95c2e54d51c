/** A Secret or ConfigMap that we made wakes the object that it was made for. */
import type { ObjectKey } from '../../api/object.ts'
import type { Kind } from '../kind.ts'
import type { SharedWatches } from '../watches.ts'

/**
 * The first lists wake nobody, since each object of ours comes into its queue by its own list. Nor does a Secret that
 * this process has just written: with ten thousand tenants a second look would double the work.
 */
export function wakeByOwnObjects(
  kinds: readonly Kind[],
  { secrets, configMaps }: Pick<SharedWatches, 'secrets' | 'configMaps'>,
): void {
  // Dependants first: an object that was made for one may also have a label with what that one depends on.
  const asked = kinds.toReversed()
  secrets.store.subscribe(({ previous, current, initial, own }) => {
    if (initial || own !== undefined) return
    // Both: if a label was changed or removed, the object that it named before is concerned, too.
    for (const secret of [previous, current]) {
      if (secret !== undefined) wakeFirst(asked, 'secret', kind => kind.subjectsOfSecret?.(secret))
    }
  })
  configMaps.store.subscribe(({ previous, current, initial }) => {
    const configMap = current ?? previous
    if (initial || configMap === undefined) return
    wakeFirst(asked, 'config map', kind => kind.subjectsOfConfigMap?.(configMap))
  })
}

/** Wakes the objects of the first kind that has any. */
function wakeFirst(
  kinds: readonly Kind[],
  reason: string,
  subjectsOf: (kind: Kind) => readonly ObjectKey[] | undefined,
): void {
  for (const kind of kinds) {
    const subjects = subjectsOf(kind) ?? []
    for (const key of subjects) kind.queue.add(key, { reason })
    if (subjects.length > 0) return
  }
}
