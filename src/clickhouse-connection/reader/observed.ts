import type { ReaderLogin } from '../../clickhouse/accounts/reader-login.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import type { ServerObserved } from '../server/observed.ts'

/** The Secret with the reader's password. */
export type ReaderSecret =
  | { readonly kind: 'ok'; readonly password: Redacted<string> }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing' }
  /** It is there, but what is in it cannot be used. */
  | { readonly kind: 'unusable'; readonly because: string }

/** What came of logging in as the reader on one endpoint. */
export type Verification =
  | { readonly url: string; readonly kind: 'loggedIn'; readonly login: ReaderLogin }
  | { readonly url: string; readonly kind: 'refused' }
  /** `because` is a whole clause that names the endpoint. */
  | { readonly url: string; readonly kind: 'failed'; readonly because: string }

/** The user that DataLens logs in as. */
export interface ReaderObserved extends Pick<ServerObserved, 'connection' | 'endpoints'> {
  readonly readerSecret: ReaderSecret
  /** Name of that Secret. */
  readonly readerSecretName: string
  /** The database names that PartnerKeys allow, as globs. */
  readonly patterns: readonly string[]
  readonly verifications: readonly Verification[]
}
