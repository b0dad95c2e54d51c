import { CodedError } from '../core/errors.ts'

/** Why DataLens would refuse a token. The codes follow the order of its checks. */
export type TokenErrorCode =
  | 'malformed'
  | 'unknown-version'
  | 'bad-signature'
  | 'undecryptable'
  | 'bad-payload'

/** A token that DataLens would refuse. The message never quotes the token. */
export class TokenError extends CodedError<TokenErrorCode> {}

export type MintErrorCode = 'bad-version' | 'bad-database' | 'signing-failed'

/** A token that cannot be minted from these inputs. */
export class MintError extends CodedError<MintErrorCode> {}

/** What is wrong with a key that somebody brought. One code for each thing that a person has to do. */
export type KeyMaterialErrorCode =
  | 'empty'
  | 'too-long'
  | 'openssh'
  | 'not-pem'
  | 'several-keys'
  | 'certificate'
  | 'public-key'
  | 'private-key'
  | 'encrypted'
  | 'not-rsa'
  | 'damaged'
  | 'wrong-size'
  | 'wrong-exponent'
  | 'halves-mismatch'

/** A key that cannot be used. The message says what to do, and never quotes the key. */
export class KeyMaterialError extends CodedError<KeyMaterialErrorCode> {}
