const entryBytes = 40
const textBytes = 16

/** Roughly what a tree of parsed JSON takes in memory, in bytes: many small values take more than one large one. */
export function weightOf(tree: unknown): number {
  if (typeof tree === 'string') return textBytes + Buffer.byteLength(tree)
  if (typeof tree !== 'object' || tree === null) return 0
  let weight = entryBytes
  if (Array.isArray(tree)) {
    for (const item of tree) weight += entryBytes + weightOf(item)
    return weight
  }
  const record = tree as Readonly<Record<string, unknown>>
  for (const name of Object.keys(record)) weight += entryBytes + name.length + weightOf(record[name])
  return weight
}
