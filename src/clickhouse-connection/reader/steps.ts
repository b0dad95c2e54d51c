export type ReaderStep =
  /** Writes a new password, before the user is made, so that no password is ever in force that nobody knows. */
  { readonly kind: 'writeReaderSecret' } | { readonly kind: 'createReader'; readonly url: string }
