import type { KubeObject } from '../../api/object.ts'

const decimal = /^(0|[1-9][0-9]*)$/

/**
 * The order of two resource versions of one resource type: negative when `a` is older, 0 when they are equal, undefined
 * when they cannot be compared. Kubernetes guarantees (since 1.35, in fact before) that versions are decimal integers
 * of any length. So they are compared as texts, without loss.
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !decimal.test(a) || !decimal.test(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A watch from there tells of this version again. Undefined where there is none: 0 would mean any. */
export function versionBefore(version: string): string | undefined {
  if (!decimal.test(version)) return undefined
  const before = BigInt(version) - 1n
  return before > 0n ? String(before) : undefined
}

/** If versions cannot be compared, they count as coming in the server's order. */
export function supersedes(next: KubeObject, known: KubeObject, rewound: boolean): boolean {
  const order = compareVersions(next.metadata.resourceVersion, known.metadata.resourceVersion)
  if (order === 0) return next.metadata.uid !== known.metadata.uid
  return rewound || order === undefined || order > 0
}
