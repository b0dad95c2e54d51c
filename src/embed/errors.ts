/** What went wrong, one code for each thing that somebody has to do. */
export type EmbedErrorCode =
  /** A name in `required` has no value of its own. */
  | 'EMBED_PARAM_MISSING'
  /** A value is no non-empty text, and no non-empty list of them. */
  | 'EMBED_PARAM_TYPE'
  /** DataLens gives the name a meaning of its own. */
  | 'EMBED_PARAM_RESERVED'
  /** A name is signed and unsigned at once. */
  | 'EMBED_PARAM_CONFLICT'
  | 'EMBED_KEY_INVALID'
  | 'EMBED_LIFETIME'
  | 'EMBED_TOKEN_TOO_LARGE'
  /** An option is not what it must be, or there is none of that name. */
  | 'EMBED_OPTIONS'
  /** The mounted link cannot be used: it is missing, damaged or has expired. */
  | 'EMBED_LINK_UNAVAILABLE'

/** Decide by `code`. The message is for developers; it holds no value of a parameter, no key and no token. */
export class EmbedError extends Error {
  readonly code: EmbedErrorCode

  constructor(code: EmbedErrorCode, message: string) {
    super(message)
    this.name = 'EmbedError'
    this.code = code
  }
}
