/** What counts as news of an object, so that nobody is woken by what concerns nobody. */
import { annotations } from '../../api/labels.ts'
import type { KubeObject } from '../../api/object.ts'
import type { Change } from '../../runtime/cache/store.ts'

/**
 * Status writes are the controllers' own; only what people and other parts of the system set is news. A status
 * that somebody has cleared is gone with all that it told, so its controller has to find it out anew.
 */
export function concernsController({ previous, current }: Change<KubeObject>): boolean {
  if (previous === undefined || current === undefined) return true
  return (
    previous.metadata.uid !== current.metadata.uid ||
    (hasStatus(previous) && !hasStatus(current)) ||
    previous.metadata.generation !== current.metadata.generation ||
    previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    !sameValue(ourAnnotations(previous), ourAnnotations(current)) ||
    !sameValue(previous.metadata.labels, current.metadata.labels)
  )
}

/** An empty one tells nothing either. */
function hasStatus({ status }: KubeObject & { readonly status?: object }): boolean {
  return status !== undefined && Object.keys(status).length > 0
}

const watchedAnnotations: readonly string[] = [
  annotations.rejected,
  annotations.recreate,
  annotations.confirmSweep,
  annotations.mode,
  annotations.resync,
]

function ourAnnotations({ metadata }: KubeObject): readonly (string | undefined)[] {
  return watchedAnnotations.map(name => metadata.annotations?.[name])
}

/** Specs and labels come from JSON, and the API server keeps the order of their fields. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
