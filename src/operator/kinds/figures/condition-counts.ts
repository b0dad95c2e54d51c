/** How many objects are in which condition, for the metrics. */
import type { Condition } from '../../../api/conditions.ts'
import type { ResourceDefinition } from '../../../api/definition/resource.ts'
import type { KubeObject } from '../../../api/object.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { ConditionFigure } from '../../../telemetry/condition-metrics.ts'

interface Reported extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

type Counted = Pick<ResourceDefinition, 'kind' | 'conditions' | 'reasons'>

/**
 * Counts the conditions of a kind, now and with each change; all of them, which may be 50,000, only once. What it
 * returns is asked with each scrape. What is none any more is 0, so that an alert ends.
 */
export function countConditions<T extends Reported>(
  definition: Counted,
  store: Pick<Store<T>, 'list' | 'subscribe'>,
): () => Iterable<ConditionFigure> {
  const counts = new Map<string, { readonly figure: Omit<ConditionFigure, 'count'>; count: number }>()
  const add = (object: Reported | undefined, by: 1 | -1): void => {
    for (const condition of object?.status?.conditions ?? []) {
      const figure = figureOf(definition, condition)
      if (figure === undefined) continue
      const key = `${figure.type} ${figure.status} ${figure.reason}`
      const entry = counts.get(key) ?? { figure, count: 0 }
      entry.count += by
      counts.set(key, entry)
    }
  }
  for (const object of store.list()) add(object, 1)
  store.subscribe(({ previous, current }) => {
    if (previous?.status?.conditions === current?.status?.conditions) return
    add(previous, -1)
    add(current, 1)
  })
  return () => counts.values().map(({ figure, count }) => ({ ...figure, count }))
}

/** From closed sets, whoever wrote the status. */
function figureOf(
  { kind, conditions, reasons }: Counted,
  { type, status, reason }: Condition,
): Omit<ConditionFigure, 'count'> | undefined {
  if (!Object.hasOwn(conditions, type)) return undefined
  return { kind, type, status, reason: Object.hasOwn(reasons, reason) ? reason : 'Other' }
}
