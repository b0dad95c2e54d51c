/** What the status says of the link in the Secret. Pure. */
import { readySays, type Condition, type ConditionUpdate } from '../../api/conditions.ts'
import type { SecureEmbedReason } from '../../api/reasons.ts'
import type { SecureEmbedStatus } from '../../api/secure-embed.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import type { HeldLink, Previous } from './held.ts'

/** @param at.refreshAt in seconds since the epoch; undefined for a link that will not be replaced */
export function linkFields(
  held: HeldLink,
  at: { readonly secretName: string; readonly refreshAt: number | undefined },
): Partial<SecureEmbedStatus> {
  const { iat, exp, keyFingerprint } = held
  return {
    secretName: at.secretName,
    issuedAt: toTimestamp(iat * 1000),
    expiresAt: toTimestamp(exp * 1000),
    ...(at.refreshAt === undefined ? {} : { refreshAt: toTimestamp(at.refreshAt * 1000) }),
    ...(keyFingerprint === undefined ? {} : { keyFingerprint }),
  }
}

export function publishedCondition(
  held: HeldLink | undefined,
  ready: Pick<Condition<'Ready', SecureEmbedReason>, 'status' | 'reason'>,
  now: number,
): ConditionUpdate<'TokenPublished', SecureEmbedReason> {
  const type = 'TokenPublished'
  if (held === undefined) {
    const { reason } = ready
    if (ready.status === 'False' && reason !== 'Progressing')
      return { type, status: 'False', reason, message: readySays }
    const message = 'There is no Secret with a link of this embed.'
    return { type, status: 'False', reason: 'Progressing', message }
  }
  if (lives(held, now)) {
    const message = 'The Secret holds a link that has not expired.'
    return { type, status: 'True', reason: 'TokenPublished', message }
  }
  return { type, status: 'False', reason: 'TokenExpired', message: `The link expired at ${endOf(held)}.` }
}

/** @param now in milliseconds since the epoch */
export function lives({ exp }: HeldLink, now: number): boolean {
  return now < exp * 1000
}

export function endOf({ exp }: HeldLink): string {
  return toTimestamp(exp * 1000)
}

/** Nothing of what is in use still: somebody could delete it. */
export function mayBeTold(previous: Previous | undefined, held: HeldLink | undefined): Previous | undefined {
  const isInUse = previous?.embedId === held?.embedId && previous?.keyFingerprint === held?.keyFingerprint
  return isInUse ? undefined : previous
}

/** Tells which embed and key the links before were made from, and when these may go. */
export function mayGo({ embedId, keyFingerprint, previous }: HeldLink): string | undefined {
  if (previous === undefined) return undefined
  const things = [
    ...(previous.embedId === embedId ? [] : [`the embed ${previous.embedId}`]),
    ...(previous.keyFingerprint === keyFingerprint
      ? []
      : [`the embedding secret of the key ${previous.keyFingerprint}`]),
  ]
  if (things.length === 0) return undefined
  return `After ${previous.expiresAt}, ${things.join(' and ')} may be deleted at DataLens, unless something else uses it.`
}
