const decimal = /^(0|[1-9][0-9]*)$/

/**
 * Order of two resource versions of one resource type: negative when `a` is older, 0 when equal, undefined
 * when they cannot be compared. Kubernetes guarantees (since 1.35, and de facto before) that versions are
 * decimal integers of any length, so they are compared as text, without loss.
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !decimal.test(a) || !decimal.test(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}
