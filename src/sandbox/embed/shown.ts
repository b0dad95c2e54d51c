/** What of a request's own texts may be repeated: whoever mistakes the place for a token finds it in no trace. Pure. */

/** Longer than any id or name of a call, and shorter than any token. */
const plain = /^[\w.-]{1,64}$/

/** Undefined for a text that is no id. */
export function shownId(id: string): string | undefined {
  return plain.test(id) ? id : undefined
}

/** A path with a mark in the place of each part that is neither a name nor an id. */
export function shownPath(path: string): string {
  return path
    .split('/', mostParts)
    .map(part => (part === '' ? part : (shownId(part) ?? '…')))
    .join('/')
}

/** Of which the first is empty. No address that is served has as many. */
const mostParts = 8
