import type { TokenErrorCode } from '../../token/errors.ts'

/** What DataLens answers to whoever pastes a token that it refuses. */
export interface Refusal {
  readonly status: 400 | 500
  readonly message: string
}

const invalid: Refusal = { status: 400, message: 'Invalid access token' }
const serverError: Refusal = { status: 500, message: 'Internal Server Error' }

const refusals: Readonly<Record<TokenErrorCode, Refusal>> = {
  malformed: invalid,
  // DataLens looks versions up and does not expect that one could be missing.
  'unknown-version': serverError,
  'bad-signature': invalid,
  undecryptable: invalid,
  'bad-payload': invalid,
}

/** @param code the first check that failed */
export function refusalOf(code: TokenErrorCode): Refusal {
  return refusals[code]
}
