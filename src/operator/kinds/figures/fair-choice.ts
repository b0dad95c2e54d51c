import type { KubeObject } from '../../../api/object.ts'

/** Each object takes some ten time series, and whoever may write such objects may write thousands. */
const mostTold = 250

export interface FairReport<F> {
  readonly told: readonly F[]
  /** Of how many objects nothing is told. */
  readonly leftOut: number
}

/** The figures of all; if they are very many, of so many of each namespace. */
export function reportFairly<T extends KubeObject, F>(
  objects: readonly T[],
  figuresOf: (object: T) => F,
): FairReport<F> {
  const chosen = fairChoice(objects, mostTold)
  return { told: chosen.map(figuresOf), leftOut: objects.length - chosen.length }
}

/** At most so many of them; where that leaves some out, as many of each namespace as there are turns. */
function fairChoice<T extends KubeObject>(objects: readonly T[], most: number): readonly T[] {
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
