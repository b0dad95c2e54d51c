/** Which changes of an object count, so that nobody is woken for nothing. */
import type { Secret } from '../../api/core-objects.ts'
import { requests } from '../../api/labels.ts'
import type { KubeObject } from '../../api/object.ts'
import type { Change } from '../../runtime/cache/change.ts'

/**
 * Changes by people and by other programs count. Changes of the status do not, since controllers write it themselves.
 * But if somebody has cleared the status, its controller has to write it anew.
 */
export function concernsController({ previous, current }: Change<KubeObject>): boolean {
  if (previous === undefined || current === undefined) return true
  return (
    previous.metadata.uid !== current.metadata.uid ||
    (hasStatus(previous) && !hasStatus(current)) ||
    previous.metadata.generation !== current.metadata.generation ||
    previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    !sameValue(requestsIn(previous), requestsIn(current)) ||
    !sameValue(previous.metadata.labels, current.metadata.labels)
  )
}

/** A Secret that came, went, or holds something else. Tools write notes on their Secrets, some of them all the time. */
export function changesData({ previous, current }: Pick<Change<Secret>, 'previous' | 'current'>): boolean {
  return previous === undefined || current === undefined || !sameValue(previous.data, current.data)
}

/** A status without conditions is none: it is empty, or has what the API server fills in. */
function hasStatus({
  status,
}: KubeObject & { readonly status?: { readonly conditions?: unknown } }): boolean {
  return status?.conditions !== undefined
}

function requestsIn({ metadata }: KubeObject): readonly (string | undefined)[] {
  return requests.map(name => metadata.annotations?.[name])
}

/** Compares as text. Specs and labels come from JSON, and the API server keeps the order of their fields. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
