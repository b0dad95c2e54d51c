/**
 * The token Secret as it is found: whether it is ours, and what it holds. Pure but for the HMAC of the seal. A Secret
 * is ours by what it says *and* by who else claims it; the seal, which only the partner's key can make, outweighs a
 * missing label.
 */
import { dataOf, type Secret } from '../api/core-objects.ts'
import { annotations, labels, managedByValue, secretTypes } from '../api/labels.ts'
import { splitKey, type ObjectMeta, type OwnerReference } from '../api/object.ts'
import { parsePair } from '../tenancy/pair.ts'
import { toTimestamp } from '../core/clock.ts'
import type { KeyRingEntry } from '../token/key-ring.ts'
import { checkSeal, deriveSealKey } from '../token/seal.ts'
import { buildSecret, ownerOf, tenantKind, type SealedToken, type SecretShape } from './build.ts'

/** What a Secret of the wanted name, or an earlier one of this tenant, turned out to be. */
export interface SecretView {
  readonly secret: Secret
  /** Why the Secret is not ours to touch; absent when it is ours. */
  readonly foreign?: string
  /** `unknown`: the partner key it was sealed with is not at hand. */
  readonly seal: 'valid' | 'broken' | 'unknown'
  readonly holds?: SealedToken
  /** All fields, labels, annotations and the owner reference are as they should be. */
  readonly tidy: boolean
}

export function viewSecret(secret: Secret, shape: SecretShape, ring: KeyRingEntry | undefined): SecretView {
  const holds = readToken(secret)
  const seal = judgeSeal(holds, shape, ring)
  const foreign = foreignBecause(secret, shape, seal)
  const tidy = seal === 'valid' && holds !== undefined && isTidy(secret, shape, holds)
  return {
    secret,
    seal,
    tidy,
    ...(foreign === undefined ? {} : { foreign }),
    ...(holds === undefined ? {} : { holds }),
  }
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

/** Not under the seal, so anybody may have written anything there; the status takes nothing but a time. */
function mintedAtOf({ metadata }: Secret): string {
  const noted = metadata.annotations?.[annotations.mintedAt] ?? ''
  const ms = Date.parse(noted)
  const isOurs = !Number.isNaN(ms) && toTimestamp(ms) === noted
  return isOurs ? noted : (metadata.creationTimestamp ?? toTimestamp(0))
}

function judgeSeal(
  holds: SealedToken | undefined,
  shape: SecretShape,
  ring: KeyRingEntry | undefined,
): SecretView['seal'] {
  if (holds === undefined) return 'broken'
  const key = ring?.partner.get(holds.pair.partner)
  if (key === undefined) return 'unknown'
  const { fingerprint, token, seal } = holds
  const input = { owner: ownerOf(shape.tenant.key), fingerprint, token }
  return checkSeal(deriveSealKey(key), input, seal) ? 'valid' : 'broken'
}

function foreignBecause(secret: Secret, shape: SecretShape, seal: SecretView['seal']): string | undefined {
  const { metadata, type } = secret
  const owner = metadata.annotations?.[annotations.owner]
  if (owner !== undefined && owner !== ownerOf(shape.tenant.key))
    return 'it belongs to another object of ours'
  const proved = seal === 'valid'
  if (owner === undefined && !proved) return 'it was made by somebody else'
  if (metadata.labels?.[labels.managedBy] !== managedByValue && !proved) return 'it was made by somebody else'
  const stranger = (metadata.ownerReferences ?? []).find(reference => !isOurReference(reference, shape))
  if (stranger !== undefined) return `it is owned by ${stranger.kind} "${stranger.name}"`
  if (type !== secretTypes.connectorToken) return `its type is ${type ?? 'Opaque'}, which cannot be changed`
  return undefined
}

/** An owner reference of this very tenant, or of an earlier object of the same name. */
function isOurReference(reference: OwnerReference, { tenant }: SecretShape): boolean {
  const group = tenant.apiVersion.split('/')[0]
  return (
    reference.kind === tenantKind &&
    reference.name === splitKey(tenant.key).name &&
    reference.apiVersion.split('/')[0] === group
  )
}

function isTidy(secret: Secret, shape: SecretShape, holds: SealedToken): boolean {
  const wanted = buildSecret(shape, holds, secret)
  return (
    sameRecord(secret.data, wanted.data) &&
    sameRecord(secret.metadata.labels, wanted.metadata.labels) &&
    sameRecord(secret.metadata.annotations, wanted.metadata.annotations) &&
    hasOnlyReference(secret.metadata, shape)
  )
}

function hasOnlyReference({ ownerReferences = [] }: ObjectMeta, { tenant }: SecretShape): boolean {
  const [first] = ownerReferences
  return ownerReferences.length === 1 && first?.uid === tenant.uid && first.apiVersion === tenant.apiVersion
}

function sameRecord(
  a: Readonly<Record<string, string>> = {},
  b: Readonly<Record<string, string>> = {},
): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => a[name] === b[name])
}
