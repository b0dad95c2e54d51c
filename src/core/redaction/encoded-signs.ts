/** How what carries texts writes signs that secrets have: pieces of regular expressions that ignore case. Pure. */

/** Before the code of a sign in an address, also in one inside of another. */
export const percent = '%(?:25){0,3}'

/** A sign of base64 as JSON may have it: `\/`, `\u002b`. */
export const escapedSign = String.raw`\\{1,8}(?:\/|u00(?:2B|2F|3D))`

/** A sign of base64, or a newline in it, that is written in another way: `%2B`, `\u002b`, `\/`. */
export const encodedSign = String.raw`(?:${percent}(?:2B|2F|3D|0D|0A)|${escapedSign})`
