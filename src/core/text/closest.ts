/** Longer words are never mistyped names of ours, and comparing them costs. */
const longest = 64

/** The one of `known` that somebody who wrote `word` most likely meant; undefined where none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longest) return undefined
  const ranked = known
    .map(one => ({ one, slips: slipsBetween(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, slips }) => slips <= Math.max(1, Math.floor(Math.min(one.length, word.length) / 3)))
    .toSorted((a, b) => a.slips - b.slips)
  return ranked[0]?.one
}

/** Letters that are missing, too many, wrong, or swapped with the next one. */
function slipsBetween(a: string, b: string): number {
  let twoBefore: number[] = []
  let before = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const least = Math.min(
        (before[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (before[j - 1] ?? 0) + (isSame ? 0 : 1),
      )
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(isSwapped ? Math.min(least, (twoBefore[j - 2] ?? 0) + 1) : least)
    }
    twoBefore = before
    before = row
  }
  return before[b.length] ?? 0
}
