/**
 * Builds a Secret for people, to be written into its owner's namespace: the owner that it names, what it holds, and
 * what of others it keeps. Pure.
 */
import { encodeData, type Secret } from '../api/core-objects.ts'
import { annotations, labels, managedByValue } from '../api/labels.ts'
import { splitKey, type ObjectKey, type ObjectMeta, type OwnerReference } from '../api/object.ts'
import { believedAnnotations } from './believed.ts'

/** The object of ours that the Secret is made for. The Secret is in its namespace. */
export interface SecretOwner {
  readonly apiVersion: string
  readonly kind: string
  readonly key: ObjectKey
  readonly uid: string
}

/** What is known of a Secret before there is anything to put into it. */
export interface SecretShape {
  readonly owner: SecretOwner
  readonly name: string
  readonly type: string
  /** Our own labels, besides `managed-by`. They win over those that the owner's spec asks for. */
  readonly ownLabels: Readonly<Record<string, string>>
  /** Labels that the owner's spec asks for. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface SecretContent {
  /** Plain text by name. */
  readonly data: Readonly<Record<string, string>>
  /** Our notes about the data. */
  readonly annotations: Readonly<Record<string, string>>
}

/** The owner as an annotation of the Secret names it. */
export function ownerText({ kind, key }: Pick<SecretOwner, 'kind' | 'key'>): string {
  return `${kind}/${key}`
}

/**
 * The whole Secret to write. Of an existing one it keeps the labels, annotations and data keys that others put there.
 * It removes only labels and annotations that an earlier spec of the owner asked for and the present one does not (an
 * annotation keeps their names), and notes of ours that are not to be believed.
 */
export function buildSecret(shape: SecretShape, content: SecretContent, existing?: Secret): Secret {
  const { owner, name, type } = shape
  const { namespace } = splitKey(owner.key)
  const before = existing?.metadata
  const believed = existing === undefined ? {} : believedAnnotations(existing)
  const given = givenNames(believed)
  const metadata: ObjectMeta = {
    ...before,
    name,
    namespace,
    labels: { ...without(before?.labels, given.labels), ...shape.labels, ...ourLabels(shape) },
    annotations: {
      ...without(believed, [...given.annotations, annotations.givenMetadata]),
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

/** @param believed of the Secret's annotations. What cannot be read counts as nothing */
export function givenNames({
  [annotations.givenMetadata]: text,
}: Readonly<Record<string, string>>): GivenNames {
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
