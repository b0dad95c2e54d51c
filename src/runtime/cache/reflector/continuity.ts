/**
 * Whether the server still has all that a feed has seen. One that was put back to an earlier state takes a watch from a
 * version that it has not reached yet, and is silent until it has, whatever happens. Its versions soon catch up, so they
 * alone prove nothing. That a watch tells again of the very last change that was seen does, and then it tells of all
 * that came after it. Pure.
 */
import type { KubeObject } from '../../../api/object.ts'
import type { WatchEvent } from '../list-watch.ts'
import { compareVersions, versionBefore } from '../resource-version.ts'

/** A change of an object, or its deletion. */
export interface Mark {
  readonly uid: string
  readonly resourceVersion: string
}

/**
 * The version from which a watch tells of the mark again, and of all that was not seen. Undefined: from none.
 *
 * @param reached the version to which watches have told all
 */
export function versionToHear(mark: Mark, reached: string): string | undefined {
  const before = versionBefore(mark.resourceVersion)
  // This process's own writes are known before a watch tells of them, and of what came before them.
  return (compareVersions(reached, before) ?? 0) < 0 ? reached : before
}

/** `open`: it is yet to come. `lost`: it never will, as it is not in this history. */
export function judgeEvent<T extends KubeObject>(
  event: WatchEvent<T>,
  mark: Mark,
): 'open' | 'proved' | 'lost' {
  if (event.type === 'bookmark')
    return (compareVersions(event.resourceVersion, mark.resourceVersion) ?? 0) < 0 ? 'open' : 'lost'
  const { uid, resourceVersion } = event.object.metadata
  if (resourceVersion === mark.resourceVersion) return uid === mark.uid ? 'proved' : 'lost'
  return (compareVersions(resourceVersion, mark.resourceVersion) ?? 0) < 0 ? 'open' : 'lost'
}
