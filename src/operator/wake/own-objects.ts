/** Secrets and ConfigMaps that we made wake what they were made for. */
import type { ObjectKey } from '../../api/object.ts'
import type { Kind } from '../kind.ts'
import type { SharedWatches } from '../watches.ts'

/**
 * The first lists wake nobody: every object of ours is in its queue by its own list. Nor does a Secret that this
 * process has just written: at ten thousand tenants a second look is as much work again.
 */
export function wakeByOwnObjects(
  kinds: readonly Kind[],
  { secrets, configMaps }: Pick<SharedWatches, 'secrets' | 'configMaps'>,
): void {
  // Dependants first: what was made for one may name, in another label, what that depends on.
  const asked = kinds.toReversed()
  secrets.store.subscribe(({ previous, current, initial, own }) => {
    if (initial || own !== undefined) return
    // Both: a label that was changed or taken away names whom it concerned before.
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

/** Those of the first kind that knows any. */
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
