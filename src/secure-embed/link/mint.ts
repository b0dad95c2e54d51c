import type { Clock } from '../../core/clock.ts'
import { claimsOf } from '../../embed/token/claims.ts'
import type { SigningKey } from '../../embed/keys/signing-key.ts'
import { validityFrom } from '../../embed/token/lifetime.ts'
import { signToken } from '../../embed/token/sign.ts'
import type { HeldLink } from './held.ts'
import type { MintStep } from './steps.ts'
import type { WantedLink } from './wanted.ts'

/** @throws EmbedError */
export async function mintLink(
  { previous }: MintStep,
  { wanted, key }: { readonly wanted: WantedLink; readonly key: SigningKey },
  clock: Clock,
): Promise<HeldLink> {
  const { embed, signed, lifetime } = wanted
  const validity = validityFrom(clock.now(), lifetime)
  const token = await signToken(claimsOf(embed, validity, signed), key)
  return { token, embedId: embed.embedId, ...validity, keyFingerprint: key.fingerprint, previous }
}
