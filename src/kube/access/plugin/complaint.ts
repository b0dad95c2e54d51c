/** What a plug-in writes to standard error, fit for one line of a message or a log. Pure. */
import { hideSecrets } from '../../../core/redaction/secrets-in-text.ts'

/** In characters of what the program said last; a message has no room for more. */
const longestComplaint = 300
/** Shorter values are words, and would tear holes into sentences. */
const shortestSecret = 6

/** Whatever else is too long and too even to be a word. */
const tokens = /[A-Za-z0-9_+=-]{36,}/g
/** Of a terminal. */
const escapes = /\p{Cc}\[[0-9;?]*[A-Za-z]/gu
const unprintable = /[\p{Cc}\p{Cf}\s]+/gu

/**
 * The end of it as one line, without what looks like a credential. A plug-in that says too much must not get it into
 * the operator's log.
 *
 * @param secrets values that were given to the program, as its variables
 */
export function complaintLine(said: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter(({ length }) => length >= shortestSecret).toSorted(byLength)
  const without = longestFirst.reduce((text, secret) => text.replaceAll(secret, hidden), said)
  // In lines, as a value ends with its line.
  const clean = hideSecrets(without.replaceAll(escapes, ''), hidden).replaceAll(tokens, hidden)
  return clean.replaceAll(unprintable, ' ').trim().slice(-longestComplaint).trim()
}

const hidden = '…'

function byLength(a: string, b: string): number {
  return b.length - a.length
}
