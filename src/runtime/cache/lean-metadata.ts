import type { ObjectMeta, OwnerReference } from '../../api/object.ts'

/** In characters. No name that Kubernetes checks is longer. */
const longestName = 320
/** Of owners and of finalizers: enough to see that there are some, and whose. */
const mostReferences = 8

export interface KeptMetadata {
  readonly isLabel: (name: string, value: string) => boolean
  readonly isAnnotation: (name: string, value: string) => boolean
}

/**
 * Metadata without what nobody here reads. Whoever may write an object may put a megabyte there, in notes, labels,
 * finalizers, or into the name of an owner.
 */
export function leanMetadata(metadata: ObjectMeta, { isLabel, isAnnotation }: KeptMetadata): ObjectMeta {
  const { labels, annotations, ownerReferences, finalizers } = metadata
  return {
    ...plainFields(metadata),
    name: metadata.name,
    ...(labels && { labels: only(labels, isLabel) }),
    ...(annotations && { annotations: only(annotations, isAnnotation) }),
    ...(ownerReferences && {
      ownerReferences: ownerReferences.slice(0, mostReferences).map(leanReference),
    }),
    ...(finalizers && { finalizers: finalizers.slice(0, mostReferences).map(short) }),
  }
}

const plain = [
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
] as const
type Plain = (typeof plain)[number]

function plainFields(metadata: ObjectMeta): Pick<ObjectMeta, Plain> {
  const kept: Partial<Record<Plain, unknown>> = {}
  for (const field of plain) if (metadata[field] !== undefined) kept[field] = metadata[field]
  return kept as Pick<ObjectMeta, Plain>
}

export function only(
  record: Readonly<Record<string, string>>,
  isKept: (name: string, value: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([name, value]) => isKept(name, value)))
}

/** In bytes, besides their text. */
const perEntry = 64

/** Takes in what has room, one after the other. @param most bytes of names and values together */
export function upTo(most: number): (name: string, value: string) => boolean {
  let left = most
  return (name, value) => {
    const bytes = perEntry + name.length + value.length
    if (bytes > left) return false
    left -= bytes
    return true
  }
}

function leanReference({ apiVersion, kind, name, uid, ...flags }: OwnerReference): OwnerReference {
  const { controller, blockOwnerDeletion } = flags
  return {
    apiVersion: short(apiVersion),
    kind: short(kind),
    name: short(name),
    uid: short(uid),
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  }
}

/** A copy: a part of a text keeps the whole of it alive. */
function short(text: string): string {
  return text.length <= longestName ? text : Buffer.from(text.slice(0, longestName)).toString()
}
