export interface ListTextOptions {
  /** How many are named. */
  readonly most: number
  /** How many there are, if `names` does not hold all of them. */
  readonly count?: number
}

/** `a, b, c and 4 more`: the names of the first few, and the number of the others. */
export function listText(names: readonly string[], { most, count = names.length }: ListTextOptions): string {
  const shown = names.slice(0, most)
  const left = count - shown.length
  return left > 0 ? `${shown.join(', ')} ${andMore(left)}` : shown.join(', ')
}

/** The end of a list that leaves some out: `and 4 more`. */
export function andMore(left: number): string {
  return `and ${left} more`
}

/** `a, b or c`. */
export function inWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`
}

/** `1 error`, `2 errors`. @param noun with a regular plural */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
