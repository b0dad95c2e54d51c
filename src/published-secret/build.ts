/**
 * A Secret for people, as it is written into its owner's namespace: whose it says it is, what it holds, and what of
 * others' it keeps. Pure.
 */
import { encodeData, type Secret } from '../api/core-objects.ts'
import { annotations, labels, managedByValue } from '../api/labels.ts'
import { splitKey, type ObjectKey, type ObjectMeta, type OwnerReference } from '../api/object.ts'

/** The object of ours that the Secret is made for, in whose namespace it lies. */
export interface SecretOwner {
  readonly apiVersion: string
  readonly kind: string
  readonly key: ObjectKey
  readonly uid: string
}

/** What is settled about a Secret before there is anything to put into it. */
export interface SecretShape {
  readonly owner: SecretOwner
  readonly name: string
  readonly type: string
  /** Ours, beside `managed-by`. They win over those that the owner's spec asks for. */
  readonly ownLabels: Readonly<Record<string, string>>
  /** What the owner's spec asks for. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface SecretContent {
  /** Plain text by name. */
  readonly data: Readonly<Record<string, string>>
  /** What is noted of the data, for us to find again. */
  readonly annotations: Readonly<Record<string, string>>
}

/** The owner in one text, as an annotation of the Secret has it. */
export function ownerText({ kind, key }: Pick<SecretOwner, 'kind' | 'key'>): string {
  return `${kind}/${key}`
}

/**
 * The whole Secret to write. Over an existing one it keeps what others put there (labels, annotations, data
 * keys) and takes away only what an earlier spec of this owner had asked for and the present one no longer does;
 * those names are kept in an annotation.
 */
export function buildSecret(shape: SecretShape, content: SecretContent, existing?: Secret): Secret {
  const { owner, name, type } = shape
  const { namespace } = splitKey(owner.key)
  const before = existing?.metadata
  const given = givenNames(before?.annotations?.[annotations.givenMetadata])
  const metadata: ObjectMeta = {
    ...before,
    name,
    namespace,
    labels: { ...without(before?.labels, given.labels), ...shape.labels, ...ourLabels(shape) },
    annotations: {
      ...without(before?.annotations, [...given.annotations, annotations.givenMetadata]),
      ...shape.annotations,
      ...ourAnnotations(shape, content),
    },
    ownerReferences: [ownerReference(owner)],
  }
  const data = { ...existing?.data, ...encodeData(content.data) }
  return { apiVersion: 'v1', kind: 'Secret', type, metadata, data }
}

function ourLabels({ ownLabels }: SecretShape): Record<string, string> {
  return { [labels.managedBy]: managedByValue, ...ownLabels }
}

function ourAnnotations(shape: SecretShape, content: SecretContent): Record<string, string> {
  const labelNames = Object.keys(shape.labels).sort()
  const annotationNames = Object.keys(shape.annotations).sort()
  const given = JSON.stringify({ labels: labelNames, annotations: annotationNames })
  return {
    [annotations.owner]: ownerText(shape.owner),
    ...content.annotations,
    ...(labelNames.length + annotationNames.length === 0 ? {} : { [annotations.givenMetadata]: given }),
  }
}

function ownerReference({ apiVersion, kind, key, uid }: SecretOwner): OwnerReference {
  return { apiVersion, kind, name: splitKey(key).name, uid, controller: true, blockOwnerDeletion: false }
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
