import type { TokenErrorCode } from '../../token/errors.ts'

/** The checks of an access token, in DataLens's order. */
export const accessTokenChecks = ['format', 'version', 'signature', 'decryption', 'payload'] as const

export type AccessTokenCheck = (typeof accessTokenChecks)[number]

/** What DataLens answers to whoever pastes a token that it refuses. */
export interface Refusal {
  readonly status: 400 | 500
  /** Without a full stop. */
  readonly message: string
  /** The check that failed. DataLens itself does not tell. */
  readonly check: AccessTokenCheck
}

const invalid = { status: 400, message: 'Invalid access token' } as const
const serverError = { status: 500, message: 'Internal Server Error' } as const

const refusals: Readonly<Record<TokenErrorCode, Refusal>> = {
  malformed: { ...invalid, check: 'format' },
  // DataLens looks versions up and does not expect that one could be missing.
  'unknown-version': { ...serverError, check: 'version' },
  'bad-signature': { ...invalid, check: 'signature' },
  undecryptable: { ...invalid, check: 'decryption' },
  'bad-payload': { ...invalid, check: 'payload' },
}

/** @param code the first check that failed */
export function refusalOf(code: TokenErrorCode): Refusal {
  return refusals[code]
}
