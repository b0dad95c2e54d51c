/** The signing key, as the Secret that the spec names offers it. Pure. */
import { keyTextOf, orNotRead, type Secret } from '../../api/core-objects.ts'
import { embedSigningUse, labels } from '../../api/labels.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import { rememberedOf } from '../../core/remembered.ts'
import { EmbedError } from '../../embed/errors.ts'
import { parseSigningKey, type SigningKey } from '../../embed/keys/signing-key.ts'
import type { EmbedProblem } from '../problem.ts'

export type KeyView =
  | { readonly kind: 'usable'; readonly key: SigningKey }
  | { readonly kind: 'missing'; readonly problem: EmbedProblem }

/** Whether its author offers the Secret for signing. The operator sees no others. */
export function isOffered({ metadata }: Secret): boolean {
  return metadata.labels?.[labels.use] === embedSigningUse
}

/** Reading a key takes about a millisecond. */
const viewOf = rememberedOf(read)

/** @param offered undefined also for a Secret without the label: both get the same answer, to the letter */
export function viewSigningKey(offered: Secret | undefined, embed: SecureEmbed): KeyView {
  if (offered === undefined) return { kind: 'missing', problem: notOffered(embed) }
  return viewOf(offered, embed.spec.signingKeySecretRef.key)
}

function read(secret: Secret, key: string): KeyView {
  const text = keyTextOf(secret, key)
  const { name } = secret.metadata
  if (text === undefined) {
    const message = `The Secret "${name}" has no "${key}" in its data${orNotRead(secret)}. Put the private key there, or name another key in signingKeySecretRef.key.`
    return { kind: 'missing', problem: invalid(message) }
  }
  try {
    return { kind: 'usable', key: parseSigningKey(text) }
  } catch (error) {
    if (!(error instanceof EmbedError)) throw error
    return {
      kind: 'missing',
      problem: invalid(`"${key}" of the Secret "${name}" cannot sign. ${error.message}`),
    }
  }
}

function notOffered({ metadata, spec }: SecureEmbed): EmbedProblem {
  const { name } = spec.signingKeySecretRef
  // Whoever copies it may be in another namespace, or have misspelt the label.
  const command = `kubectl -n ${metadata.namespace ?? 'default'} label --overwrite secret ${name}`
  return {
    reason: 'SigningKeyNotOffered',
    weight: 'waiting',
    message: `No Secret "${name}" is offered for signing embeds in this namespace. Create it with the label ${labels.use}: ${embedSigningUse}, or label it (${command} ${labels.use}=${embedSigningUse}).`,
  }
}

function invalid(message: string): EmbedProblem {
  return { reason: 'SigningKeyInvalid', weight: 'waiting', message }
}
