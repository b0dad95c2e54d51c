/**
 * Whether the server still has all that a feed has seen. One that was put back to an earlier state takes a watch from a
 * version that it has not reached yet, and is silent until it has, whatever happens. Its versions soon catch up, so they
 * alone prove nothing; that it has the very last change of what was seen does.
 */
import { keyOf, type KubeObject } from '../../api/object.ts'
import { orAbandon } from '../../core/abort.ts'
import { compareVersions } from './resource-version.ts'
import type { ListSession } from './take-list.ts'

const abandonMs = 5_000

/** Asks for one object at most. False also where only a list can tell. Rejects as a list does. */
export async function hasAllSeen<T extends KubeObject>(
  { source, feed, clock }: ListSession<T>,
  signal: AbortSignal,
): Promise<boolean> {
  const { last, isLastDeleted, seenTo } = feed.horizon()
  if (last !== undefined && isLastDeleted) return false
  const asked = source.list({ limit: 1, ...(last === undefined ? {} : { only: keyOf(last) }) }, signal)
  const { items, resourceVersion } = await orAbandon(asked, { clock, graceMs: abandonMs }, signal)
  signal.throwIfAborted()
  if ((compareVersions(resourceVersion, seenTo) ?? 0) < 0) return false
  const [found] = items
  if (last === undefined) return found === undefined
  const { uid, resourceVersion: version } = last.metadata
  return found?.metadata.uid === uid && found?.metadata.resourceVersion === version
}
