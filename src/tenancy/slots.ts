/** How many slots the tenants of a PartnerKey are spread over. A rollout's progress is a number of slots. */
export const slotCount = 1000

/**
 * The slot of a tenant, 0 to 999. A rollout's progress is compared with it, so it must never change from release to
 * release. It is FNV-1a over `namespace/name`, mixed once more as in MurmurHash3 to spread neighbouring names evenly:
 * FNV's high bits hardly depend on the last characters.
 */
export function slotOf(namespace: string, name: string): number {
  return Math.floor((mix(fnv1a(`${namespace}/${name}`)) / 2 ** 32) * slotCount)
}

/** Code units count as bytes, since Kubernetes names are ASCII. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

function mix(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
