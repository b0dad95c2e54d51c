import { parseVersion } from '../api/fields/key-version.ts'
import type { PartnerKeySpec } from '../api/partner-key.ts'

/** The two key versions that a token begins with. */
export interface Pair {
  readonly dataLens: number
  readonly partner: number
}

/** `"1:2"`: DataLens's key version, then the partner's. */
export function formatPair(pair: Pair): string {
  return `${pair.dataLens}:${pair.partner}`
}

/** Reads what `formatPair` writes. Undefined for any other text. */
export function parsePair(text: string | undefined): Pair | undefined {
  const [first = '', second = '', ...rest] = text?.split(':') ?? []
  const dataLens = parseVersion(first)
  const partner = parseVersion(second)
  return dataLens === undefined || partner === undefined || rest.length > 0
    ? undefined
    : { dataLens, partner }
}

/** The pair that a token begins with. The rest of the token is not looked at. */
export function pairOfToken(token: string): Pair | undefined {
  const [dataLens, partner, rest] = token.split(':', 3)
  return rest === undefined ? undefined : parsePair(`${dataLens}:${partner}`)
}

export function samePair(a: Pair | undefined, b: Pair | undefined): boolean {
  return a?.dataLens === b?.dataLens && a?.partner === b?.partner
}

/** The pair of the versions in the spec. Undefined before DataLens has answered. */
export function wantedPair({
  dataLens,
  keyVersion,
}: Pick<PartnerKeySpec, 'dataLens' | 'keyVersion'>): Pair | undefined {
  return dataLens === undefined ? undefined : { dataLens: dataLens.keyVersion, partner: keyVersion }
}
