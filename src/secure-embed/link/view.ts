/** Judges a Secret of an embed that was found. Pure. */
import type { Secret } from '../../api/core-objects.ts'
import { claimsOf } from '../../embed/token/claims.ts'
import { signedText } from '../../embed/token/signed-text.ts'
import { hasValidSignature } from '../../embed/token/verify.ts'
import type { SecretShape } from '../../published-secret/build.ts'
import { foreignBecause, isTidy } from '../../published-secret/view.ts'
import type { KeyView } from '../signing-key/view.ts'
import { linkContent, readLink, type HeldLink, type Previous, type ReadLink } from './held.ts'
import type { WantedLink } from './wanted.ts'

export interface LinkView {
  readonly secret: Secret
  /** Why we may not touch the Secret. Absent when we may. */
  readonly foreign?: string
  /** Absent if no token can be read. */
  readonly held?: HeldLink
  /** The token says exactly what the spec asks for. */
  readonly asWanted: boolean
  /** `unknown`: there is no key to check it with. */
  readonly signature: 'valid' | 'broken' | 'unknown'
}

export interface CurrentLinkView extends LinkView {
  /** Data, labels, annotations and the owner reference are as they should be. */
  readonly tidy: boolean
}

export interface ViewContext {
  readonly shape: SecretShape
  readonly wanted: WantedLink
  readonly key: KeyView
  /** What the status says of the links before. */
  readonly known: Previous | undefined
}

export function viewLink(secret: Secret, { shape, wanted, key, known }: ViewContext): LinkView {
  const read = readLink(secret, known)
  const asWanted = read !== undefined && saysWhatIsWanted(read.held, wanted)
  const signature = read === undefined ? 'broken' : judgeSignature(read, key)
  // Only who has the key can have made such a token. That outweighs a lost annotation.
  const foreign = foreignBecause(secret, shape, { proved: asWanted && signature === 'valid' })
  return {
    secret,
    asWanted,
    signature,
    ...(foreign === undefined ? {} : { foreign }),
    ...(read === undefined ? {} : { held: signedBy(read.held, signature, key) }),
  }
}

/** The same where nobody can tell what the Secret should hold. The link that it holds is good all the same. */
export function viewUnjudged(secret: Secret, shape: SecretShape): LinkView {
  const held = readLink(secret)?.held
  const foreign = foreignBecause(secret, shape, { proved: false })
  return {
    secret,
    asWanted: false,
    signature: 'unknown',
    ...(foreign === undefined ? {} : { foreign }),
    ...(held === undefined ? {} : { held }),
  }
}

/** Judges the Secret with the wanted name. Only for this one it matters whether it is tidy. */
export function viewCurrentLink(secret: Secret, context: ViewContext): CurrentLinkView {
  const view = viewLink(secret, context)
  const { shape, wanted } = context
  const tidy =
    view.held !== undefined && view.asWanted && isTidy(secret, shape, linkContent(view.held, wanted))
  return { ...view, tidy }
}

/** Compares as text: every token of ours is written in one way. */
function saysWhatIsWanted({ token, iat, exp }: HeldLink, { embed, signed, lifetime }: WantedLink): boolean {
  return exp - iat === lifetime && token.startsWith(`${signedText(claimsOf(embed, { iat, exp }, signed))}.`)
}

function judgeSignature({ compact }: ReadLink, key: KeyView): LinkView['signature'] {
  if (key.kind !== 'usable') return 'unknown'
  return hasValidSignature(compact, key.key.publicKey) ? 'valid' : 'broken'
}

/** A key that verifies the token is its key, whatever the annotation says. */
function signedBy(held: HeldLink, signature: LinkView['signature'], key: KeyView): HeldLink {
  if (signature !== 'valid' || key.kind !== 'usable') return held
  return { ...held, keyFingerprint: key.key.fingerprint }
}
