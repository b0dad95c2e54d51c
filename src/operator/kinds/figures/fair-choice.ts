import type { KubeObject } from '../../../api/object.ts'

/** At most so many of them; where that leaves some out, as many of each namespace as there are turns. */
export function fairChoice<T extends KubeObject>(objects: readonly T[], most: number): readonly T[] {
  if (objects.length <= most) return objects
  const counts = new Map<string, number>()
  const ranked = objects.map(object => {
    const { namespace = '' } = object.metadata
    const rank = counts.get(namespace) ?? 0
    counts.set(namespace, rank + 1)
    return { object, rank }
  })
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ object }) => object)
}
