/** The Secret with one version of the partner's key pair: immutable, without owner, never deleted by us. */
import { encodeData, keyTextOf, type Secret } from '../../api/core-objects.ts'
import { labels, secretTypes } from '../../api/labels.ts'
import { labelledPartnerKey, partnerKeySecretName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { isTidy, ownLabels, tidyMetadata } from '../owned/labels.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPrivateKey, type PartnerPrivateKey } from '../../token/keys.ts'

/** What the Secret with a version's name turned out to be. */
export type KeySecretView =
  | {
      readonly kind: 'usable'
      readonly secret: Secret
      readonly key: PartnerPrivateKey
      /** Labelled as ours, immutable and without owner, as it was made. */
      readonly tidy: boolean
    }
  /** Not ours, so it is left alone. */
  | { readonly kind: 'foreign'; readonly name: string; readonly because: string }
  /** Ours, but without a key that can be used. */
  | { readonly kind: 'broken'; readonly name: string; readonly message: string }

export function buildKeySecret(partnerKey: ObjectKey, version: number, key: PartnerPrivateKey): Secret {
  const { namespace, name } = splitKey(partnerKey)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: partnerKeySecretName(name, version), labels: ownLabels(name) },
    type: secretTypes.partnerKey,
    immutable: true,
    data: encodeData({ 'private.pem': key.privatePem.reveal(), 'public.pem': key.publicPem }),
  }
}

/** A Secret of our type is ours. Nobody can change its type, while backup tools may lose its labels. */
export function viewKeySecret(secret: Secret, partnerKeyName: string): KeySecretView {
  const { name } = secret.metadata
  if (secret.type !== secretTypes.partnerKey) {
    return { kind: 'foreign', name, because: `its type is ${secret.type ?? 'Opaque'}` }
  }
  const owner = secret.metadata.labels?.[labels.partnerKey]
  if (owner !== undefined && owner !== partnerKeyName) {
    return { kind: 'foreign', name, because: `it is labelled as a key of PartnerKey "${owner}"` }
  }
  const pem = keyTextOf(secret, 'private.pem')
  if (pem === undefined) return { kind: 'broken', name, message: 'It has no private.pem.' }
  try {
    return {
      kind: 'usable',
      secret,
      key: inspectPrivateKey(pem),
      tidy: secret.immutable === true && isTidy(secret, partnerKeyName),
    }
  } catch (error) {
    if (error instanceof KeyMaterialError) return { kind: 'broken', name, message: error.message }
    throw error
  }
}

/** The merge patch that restores a key Secret as it was made. It leaves the data alone. */
export function tidyPatch({ metadata }: Secret, partnerKeyName: string): unknown {
  return { metadata: tidyMetadata(metadata, partnerKeyName), immutable: true }
}

/** For an index `keySecret` over Secrets labelled as ours: the PartnerKey whose key it holds. */
export function keySecretIndex(secret: Secret): readonly ObjectKey[] {
  const owner = labelledPartnerKey(secret)
  return secret.type !== secretTypes.partnerKey || owner === undefined ? [] : [owner]
}
