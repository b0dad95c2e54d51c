/**
 * Judges a token Secret that was found. A valid seal, which only the partner's key can make, proves that the Secret is
 * ours.
 */
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import type { ObjectKey } from '../../api/object.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { foreignBecause, isTidy } from '../../published-secret/view.ts'
import { parsePair } from '../../tenancy/pair.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import { checkSeal, deriveSealKey } from '../../token/seal.ts'
import { sealOwner, tokenContent, type SealedToken, type TokenShape } from './secret.ts'

/** What a Secret of this tenant turned out to be, with the wanted name or a former one. */
export interface TokenView {
  readonly secret: Secret
  /** Why we may not touch the Secret. Absent when we may. */
  readonly foreign?: string
  /** `unknown`: the partner key it was sealed with is not at hand. */
  readonly seal: 'valid' | 'broken' | 'unknown'
  readonly holds?: SealedToken
}

export interface CurrentTokenView extends TokenView {
  /** Data, labels, annotations and the owner reference are as they should be. */
  readonly tidy: boolean
}

export function viewToken(secret: Secret, shape: TokenShape, ring: KeyRingEntry | undefined): TokenView {
  const holds = readToken(secret)
  const seal = judgeSeal(holds, shape.owner.key, ring)
  const foreign = foreignBecause(secret, shape, { proved: seal === 'valid' })
  return {
    secret,
    seal,
    ...(foreign === undefined ? {} : { foreign }),
    ...(holds === undefined ? {} : { holds }),
  }
}

/** Judges the Secret with the wanted name. Only for this one it matters whether it is tidy. */
export function viewCurrentToken(
  secret: Secret,
  shape: TokenShape,
  ring: KeyRingEntry | undefined,
): CurrentTokenView {
  const view = viewToken(secret, shape, ring)
  const { holds, seal } = view
  const tidy =
    seal === 'valid' && holds !== undefined && isTidy(secret, shape, tokenContent(holds, shape.database))
  return { ...view, tidy }
}

function readToken(secret: Secret): SealedToken | undefined {
  const token = dataOf(secret, 'token')
  const marks = secret.metadata.annotations ?? {}
  const seal = marks[annotations.seal]
  const fingerprint = marks[annotations.fingerprint]
  if (token === undefined || seal === undefined || fingerprint === undefined) return undefined
  const [dataLens, partner] = token.split(':')
  const pair = parsePair(`${dataLens}:${partner}`)
  if (pair === undefined) return undefined
  return { token, pair, fingerprint, seal, mintedAt: mintedAtOf(secret) }
}

/** When the token was minted. The seal does not cover it, so anything but a time is dropped. */
function mintedAtOf({ metadata }: Secret): string {
  const noted = metadata.annotations?.[annotations.mintedAt] ?? ''
  const ms = parseTimestamp(noted)
  const isOurs = ms !== undefined && toTimestamp(ms) === noted
  return isOurs ? noted : (metadata.creationTimestamp ?? toTimestamp(0))
}

function judgeSeal(
  holds: SealedToken | undefined,
  tenant: ObjectKey,
  ring: KeyRingEntry | undefined,
): TokenView['seal'] {
  if (holds === undefined) return 'broken'
  const key = ring?.partner.get(holds.pair.partner)
  if (key === undefined) return 'unknown'
  const { fingerprint, token, seal } = holds
  return checkSeal(deriveSealKey(key), { owner: sealOwner(tenant), fingerprint, token }, seal)
    ? 'valid'
    : 'broken'
}
