/** The version of a key, DataLens's or the partner's: a whole number from 1. */

export const largestVersion = 2_147_483_647

/** The form of a version, for longer patterns. It does not check the limit. */
export const versionPattern = '[1-9][0-9]{0,9}'

const form = new RegExp(`^${versionPattern}$`)

/** Whether it may stand in a token. DataLens looks it up as text, so it may know one that is beyond our limit. */
export function hasVersionForm(text: string): boolean {
  return form.test(text)
}

/** Undefined when the text is no version: other characters, a leading zero, a number beyond the limit. */
export function parseVersion(text: string): number | undefined {
  const version = Number(text)
  return hasVersionForm(text) && version <= largestVersion ? version : undefined
}
