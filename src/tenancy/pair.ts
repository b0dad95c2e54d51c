/** The two key versions that a token begins with. */
export interface Pair {
  readonly dataLens: number
  readonly partner: number
}

const largestVersion = 2_147_483_647
const version = /^[1-9][0-9]{0,9}$/

/** `"1:2"`: DataLens's key version, then the partner's. */
export function formatPair(pair: Pair): string {
  return `${pair.dataLens}:${pair.partner}`
}

/** Reads exactly what `formatPair` writes; undefined for anything else. */
export function parsePair(text: string): Pair | undefined {
  const [first, second, ...rest] = text.split(':')
  if (first === undefined || second === undefined || rest.length > 0) return undefined
  if (!version.test(first) || !version.test(second)) return undefined
  const pair = { dataLens: Number(first), partner: Number(second) }
  return pair.dataLens <= largestVersion && pair.partner <= largestVersion ? pair : undefined
}

export function samePair(a: Pair | undefined, b: Pair | undefined): boolean {
  return a?.dataLens === b?.dataLens && a?.partner === b?.partner
}
