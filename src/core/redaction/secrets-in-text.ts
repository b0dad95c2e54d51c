/** The one home of what a secret looks like in a text. Rather too much than too little. Pure. */
import { escapedSign, percent } from './encoded-signs.ts'
import { hideNamed } from './named-secrets.ts'
import { aroundPublicKeys } from './public-keys.ts'
import { hideRandom } from './random-runs.ts'
import { hideWrapped } from './wrapped-base64.ts'

/** By their look, the most telling first; `$1` is what stays. */
const looks: readonly RegExp[] = [
  // Also one that was cut off, and one whose newlines are written out.
  /()-----BEGIN(?! [A-Z0-9 ]*(?:PUBLIC KEY|CERTIFICATE)-----)[ +%][^-]*-----[^-]*(?:-----END[^-]*-----)?/g,
  // A link’s token, or any other JWT.
  /()eyJ[\w-]*(?:\.[\w-]*)*/g,
  // An access token, also as it stands in an address.
  accessToken(),
  /\b((?:bearer|basic) )[\w.~+/=-]+/gi,
  /((?:^|\s)(?:-u|--user)[ =])[^\s:"']+:[^\s"']+/g,
  // In a statement: a quote behind a backslash, or twice, goes on.
  /\b((?:BY|HASH|SALT|PASSWORD)\s{1,4}\\{0,8}')(?:[^'\\\n]|\\+[^\\\n]|'')*/gi,
]

function accessToken(): RegExp {
  const colon = `(?::|${percent}3A)`
  const signs = String.raw`(?:[\w+/=%-]|${escapedSign})`
  return new RegExp(String.raw`()(?<!\d)\d{1,9}${colon}\d{1,9}${colon}${signs}{16,}(?::${signs}+)?`, 'gi')
}

/** From the first // on; what is before the last @ of it may hold any sign. */
const address = /(?:\\{0,8}\/){2}[^\s"'<>]+/g
/** The same in an address. */
const encodedAddress = new RegExp(`(?:${percent}2F){2}[^\\s"'<>&]+`, 'gi')
const encodedSlashes = new RegExp(`^(?:${percent}2F)+`, 'i')
const encodedAt = new RegExp(`^(.*)(${percent}40.*)`, 'is')
/** Of a proxy, which needs no scheme; up to the last @ as well. A digest of an image is none. */
const login = /(?<![\w.~/@%:\\-])[\w.~%+-]{1,64}:(?![\\/])[^\s"'<>]{1,256}(?=@(?!sha\d)[\w.[-])/g

/**
 * The same text with `mark` in place of whatever looks like a secret. Names, addresses, uuids, fingerprints of keys and
 * public keys stay. Takes a time in proportion to the text’s length.
 */
export function hideSecrets(text: string, mark: string): string {
  return aroundPublicKeys(text)
    .map(({ piece, isPublicKey }) => (isPublicKey ? piece : hideAll(piece, mark)))
    .join('')
}

function hideAll(text: string, mark: string): string {
  let clean = hideWrapped(text, mark)
  for (const look of looks) clean = clean.replace(look, (_, kept: string) => `${kept}${mark}`)
  clean = clean
    .replace(address, found => withoutUser(found, mark))
    .replace(encodedAddress, found => withoutEncodedUser(found, mark))
    .replace(login, mark)
  return hideRandom(hideNamed(clean, mark), mark)
}

function withoutUser(found: string, mark: string): string {
  const end = found.lastIndexOf('@')
  if (end < 0) return found
  const [slashes = ''] = /^[\\/]*/.exec(found) ?? []
  return isPath(found.slice(slashes.length, end)) ? found : `${slashes}${mark}${found.slice(end)}`
}

function withoutEncodedUser(found: string, mark: string): string {
  const [, user = '', rest] = encodedAt.exec(found) ?? []
  if (rest === undefined) return found
  const [slashes = ''] = encodedSlashes.exec(user) ?? []
  return `${slashes}${mark}${rest}`
}

/** Of an address without a user: `ghcr.io/acme/charts`. */
function isPath(user: string): boolean {
  return user.includes('/') && !user.includes(':')
}
