/** The one home of what a secret looks like in a text. Rather too much than too little. Pure. */
import { hideNamed } from './named-secrets.ts'
import { hideRandom } from './random-runs.ts'

/** By their look, the most telling first; `$1` is what stays. */
const looks: readonly RegExp[] = [
  // Also one that was cut off, and one whose newlines are written out.
  /()-----BEGIN (?![A-Z0-9 ]*(?:PUBLIC KEY|CERTIFICATE)-----)[^-]*-----[^-]*(?:-----END [^-]*-----)?/g,
  // A link’s token, or any other JWT.
  /()eyJ[\w-]*(?:\.[\w-]*)*/g,
  // An access token, also as it stands in an address.
  /()(?<!\d)\d{1,9}(?::|%(?:25){0,3}3A)\d{1,9}(?::|%(?:25){0,3}3A)[\w+/=%-]{16,}(?::[\w+/=%-]+)?/gi,
  /\b((?:bearer|basic) )[\w.~+/=-]+/gi,
  /((?:^|\s)(?:-u|--user)[ =])[^\s:"']+:[^\s"']+/g,
  // In a statement: a quote behind a backslash, or twice, goes on.
  /\b((?:BY|HASH|SALT|PASSWORD)\s{1,4}\\{0,8}')(?:[^'\\\n]|\\+[^\\\n]|'')*/gi,
]

/** From the first // on; what is before the last @ of it may hold any sign. */
const address = /\/\/[^\s"'<>]+/g

/**
 * The same text with `mark` in place of whatever looks like a secret. Names, addresses, uuids, fingerprints of keys and
 * public keys stay. Takes a time in proportion to the text’s length.
 */
export function hideSecrets(text: string, mark: string): string {
  let clean = text
  for (const look of looks) clean = clean.replace(look, (_, kept: string) => `${kept}${mark}`)
  clean = clean.replace(address, found => withoutUser(found, mark))
  return hideRandom(hideNamed(clean, mark), mark)
}

function withoutUser(found: string, mark: string): string {
  const end = found.lastIndexOf('@')
  if (end < 0) return found
  return isPath(found.slice(2, end)) ? found : `//${mark}${found.slice(end)}`
}

/** Of an address without a user: `ghcr.io/acme/charts`. */
function isPath(user: string): boolean {
  return user.includes('/') && !user.includes(':')
}
