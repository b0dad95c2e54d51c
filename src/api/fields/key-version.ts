/** The version of a key, DataLens's or the partner's: a whole number from 1. */

export const largestVersion = 2_147_483_647

/** Its form, for a longer pattern. The limit is checked apart. */
export const versionPattern = '[1-9][0-9]{0,9}'

const form = new RegExp(`^${versionPattern}$`)

/** Undefined for whatever is no version: other characters, a leading zero, a number beyond the limit. */
export function parseVersion(text: string): number | undefined {
  const version = Number(text)
  return form.test(text) && version <= largestVersion ? version : undefined
}
