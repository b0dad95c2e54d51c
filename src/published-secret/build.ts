/**
 * The token Secret as it is written: what it holds, whose it says it is, and what of others' it keeps. Pure.
 */
import { encodeData, type Secret } from '../api/core-objects.ts'
import { annotations, labels, managedByValue, secretTypes } from '../api/labels.ts'
import { splitKey, type ObjectKey, type ObjectMeta, type OwnerReference } from '../api/object.ts'
import type { Pair } from '../tenancy/pair.ts'

export const tenantKind = 'ConnectorTenant'

/** What a tenant says about its Secret, beside the token. */
export interface SecretShape {
  readonly tenant: { readonly key: ObjectKey; readonly uid: string; readonly apiVersion: string }
  readonly name: string
  readonly partnerKeyName: string
  readonly database: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A token with all that is kept about it. */
export interface SealedToken {
  readonly token: string
  readonly pair: Pair
  readonly fingerprint: string
  readonly seal: string
  /** ISO 8601. */
  readonly mintedAt: string
}

export function ownerOf(key: ObjectKey): string {
  return `${tenantKind}/${key}`
}

/**
 * The whole Secret to write. Over an existing one it keeps what others put there (labels, annotations, data
 * keys) and takes away only what an earlier `spec.secret` of this tenant had asked for and the present one no
 * longer does; those names are kept in an annotation.
 */
export function buildSecret(shape: SecretShape, sealed: SealedToken, existing?: Secret): Secret {
  const { namespace } = splitKey(shape.tenant.key)
  const before = existing?.metadata
  const given = givenNames(before?.annotations?.[annotations.givenMetadata])
  const metadata: ObjectMeta = {
    ...before,
    name: shape.name,
    namespace,
    labels: { ...without(before?.labels, given.labels), ...shape.labels, ...ourLabels(shape) },
    annotations: {
      ...without(before?.annotations, [...given.annotations, annotations.givenMetadata]),
      ...shape.annotations,
      ...ourAnnotations(shape, sealed),
    },
    ownerReferences: [ownerReference(shape)],
  }
  const data = encodeData({
    token: sealed.token,
    database: shape.database,
    dataLensKeyVersion: String(sealed.pair.dataLens),
    partnerKeyVersion: String(sealed.pair.partner),
  })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: secretTypes.connectorToken,
    metadata,
    data: { ...existing?.data, ...data },
  }
}

function ourLabels(shape: SecretShape): Record<string, string> {
  return {
    [labels.managedBy]: managedByValue,
    [labels.tenant]: splitKey(shape.tenant.key).name,
    [labels.partnerKey]: shape.partnerKeyName,
  }
}

function ourAnnotations(shape: SecretShape, sealed: SealedToken): Record<string, string> {
  const labelNames = Object.keys(shape.labels).sort()
  const annotationNames = Object.keys(shape.annotations).sort()
  const given = JSON.stringify({ labels: labelNames, annotations: annotationNames })
  return {
    [annotations.owner]: ownerOf(shape.tenant.key),
    [annotations.fingerprint]: sealed.fingerprint,
    [annotations.seal]: sealed.seal,
    [annotations.mintedAt]: sealed.mintedAt,
    ...(labelNames.length + annotationNames.length === 0 ? {} : { [annotations.givenMetadata]: given }),
  }
}

function ownerReference({ tenant }: SecretShape): OwnerReference {
  return {
    apiVersion: tenant.apiVersion,
    kind: tenantKind,
    name: splitKey(tenant.key).name,
    uid: tenant.uid,
    controller: true,
    blockOwnerDeletion: false,
  }
}

interface GivenNames {
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
}

const nothingGiven: GivenNames = { labels: [], annotations: [] }

/** The annotation is ours, but anybody who may edit the Secret may edit it: anything odd counts as nothing. */
function givenNames(text: string | undefined): GivenNames {
  if (text === undefined) return nothingGiven
  try {
    const value = JSON.parse(text) as Partial<Record<keyof GivenNames, unknown>>
    return { labels: strings(value?.labels), annotations: strings(value?.annotations) }
  } catch {
    return nothingGiven
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

function without(
  record: Readonly<Record<string, string>> = {},
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}
