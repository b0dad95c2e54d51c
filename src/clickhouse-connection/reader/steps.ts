export type ReaderStep =
  /** With a fresh password; before the user, so that a password in force is never one that nobody knows. */
  { readonly kind: 'writeReaderSecret' } | { readonly kind: 'createReader'; readonly url: string }
