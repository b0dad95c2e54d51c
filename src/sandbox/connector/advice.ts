/** What to do about an access token that was refused. Never quotes it. Pure. */
import type { AccessTokenCheck } from './answers.ts'

const advice: Readonly<Record<AccessTokenCheck, string>> = {
  format:
    'A token has four parts with colons between them. Copy all of it, from the first digit to the last “=”.',
  version:
    'DataLens does not know a key version of this token. Hand the new public key over, or take the newest token.',
  signature:
    'It was not signed with the partner’s key of this version, or it was changed on the way. Copy all of it.',
  decryption:
    'It was not made for DataLens’s key of this version. The PartnerKey has another key of DataLens.',
  payload: 'It names no database. It was not made by Lenskeeper.',
}

/** A signature with RSA-2048 in base64. */
const wholePart = 344

/** @param token as it was pasted */
export function adviceFor(token: string, check: AccessTokenCheck): string {
  const parts = token.split(':')
  if (token.trim() === '') return 'Nothing was pasted.'
  if (check === 'version' && /^\s/.test(token))
    return 'It begins with a space or a line end. Paste it without.'
  if (check === 'format' && parts.length < 4)
    return `It has ${parts.length} of four parts: an end of it is missing. Copy all of it.`
  if (check === 'signature' && (parts.at(-1)?.trim().length ?? 0) < wholePart)
    return 'Its end is missing: the last part is too short. Copy all of it.'
  return advice[check]
}
