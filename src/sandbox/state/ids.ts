import { randomInt } from 'node:crypto'

const letters = '0123456789abcdefghijklmnopqrstuvwxyz'

/** An id as DataLens gives them: 13 small letters and digits. */
export function newId(): string {
  return Array.from({ length: 13 }, () => letters[randomInt(letters.length)]).join('')
}
