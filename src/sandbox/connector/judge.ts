import type { KeyObject } from 'node:crypto'
import { verifyAccessToken } from '../../token/access-token.ts'
import { TokenError, type TokenErrorCode } from '../../token/errors.ts'
import { refusalOf, type Refusal } from './answers.ts'

/** The keys that DataLens has for one connector, by version. */
export interface ConnectorKeys {
  /** Private halves of its own. */
  readonly dataLensKeys: ReadonlyMap<string, KeyObject>
  /** Public halves of the partner's. */
  readonly partnerKeys: ReadonlyMap<string, KeyObject>
}

export type Judgement =
  | { readonly status: 200; readonly database: string; readonly pair: string }
  | (Refusal & { readonly code: TokenErrorCode })

/** Judges a pasted token as DataLens does: by the keys alone, without asking a server. */
export function judgeToken(token: string, keys: ConnectorKeys): Judgement {
  try {
    const { database = '', dataLensKeyVersion, partnerKeyVersion } = verifyAccessToken(token, keys)
    return { status: 200, database, pair: `${dataLensKeyVersion}:${partnerKeyVersion}` }
  } catch (error) {
    if (error instanceof TokenError) return { ...refusalOf(error.code), code: error.code }
    throw error
  }
}
