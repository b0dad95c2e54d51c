/**
 * Judges a token Secret that was found. A valid seal, which only the partner's key can make, proves that the Secret is
 * ours.
 */
import type { ConnectorTenantStatus } from '../../api/connector-tenant.ts'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import type { ObjectKey } from '../../api/object.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { believedAnnotations } from '../../published-secret/believed.ts'
import { foreignBecause, isTidy } from '../../published-secret/view.ts'
import { formatPair, parsePair, type Pair } from '../../tenancy/pair.ts'
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

export interface TokenContext {
  readonly ring: KeyRingEntry | undefined
  /** What the status says of the tenant's token. */
  readonly known?: ConnectorTenantStatus['token']
}

export function viewToken(secret: Secret, shape: TokenShape, { ring, known }: TokenContext): TokenView {
  const holds = readToken(secret, known)
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
export function viewCurrentToken(secret: Secret, shape: TokenShape, context: TokenContext): CurrentTokenView {
  const view = viewToken(secret, shape, context)
  const { holds, seal } = view
  const tidy =
    seal === 'valid' && holds !== undefined && isTidy(secret, shape, tokenContent(holds, shape.database))
  return { ...view, tidy }
}

function readToken(secret: Secret, known: TokenContext['known']): SealedToken | undefined {
  const token = dataOf(secret, 'token')
  const marks = secret.metadata.annotations ?? {}
  const seal = marks[annotations.seal]
  const fingerprint = marks[annotations.fingerprint]
  if (token === undefined || seal === undefined || fingerprint === undefined) return undefined
  const [dataLens, partner] = token.split(':')
  const pair = parsePair(`${dataLens}:${partner}`)
  if (pair === undefined) return undefined
  return { token, pair, fingerprint, seal, mintedAt: mintedAtOf(secret, pair, known) }
}

/**
 * When the token was minted. The seal does not cover the note of it. Where that is not to be believed, the status may
 * tell of a token of this pair; else the Secret's own age counts.
 */
function mintedAtOf(secret: Secret, pair: Pair, known: TokenContext['known']): string {
  const noted = believedAnnotations(secret)[annotations.mintedAt]
  const told = known?.pair === formatPair(pair) ? known.mintedAt : undefined
  return [noted, told].find(isTimestamp) ?? secret.metadata.creationTimestamp ?? toTimestamp(0)
}

function isTimestamp(text: string | undefined): boolean {
  const ms = parseTimestamp(text)
  return ms !== undefined && toTimestamp(ms) === text
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
