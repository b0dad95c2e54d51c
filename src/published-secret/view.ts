/** Judges a Secret that was found: whether we may touch it, and whether it is as it should be. Pure. */
import type { Secret } from '../api/core-objects.ts'
import { annotations, isLabelledOurs } from '../api/labels.ts'
import { splitKey, type ObjectMeta, type OwnerReference } from '../api/object.ts'
import { buildSecret, ownerText, type SecretContent, type SecretOwner, type SecretShape } from './build.ts'

/**
 * Why we may not touch a Secret; undefined when we may. It depends on what the Secret says *and* on who else claims it.
 *
 * @param options.proved what it holds can only be ours, for this owner. That outweighs a missing label or annotation
 */
export function foreignBecause(
  secret: Secret,
  shape: SecretShape,
  options: { readonly proved: boolean },
): string | undefined {
  const { metadata, type } = secret
  const { proved } = options
  const owner = metadata.annotations?.[annotations.owner]
  if (owner !== undefined && owner !== ownerText(shape.owner)) return belongsTo(owner)
  if (owner === undefined && !proved) return 'it was made by somebody else'
  if (!isLabelledOurs(secret) && !proved) return 'it was made by somebody else'
  const stranger = (metadata.ownerReferences ?? []).find(reference => !refersTo(reference, shape.owner))
  if (stranger !== undefined) return `it is owned by ${stranger.kind} "${stranger.name}"`
  if (type !== shape.type) return `its type is ${type ?? 'Opaque'}, which cannot be changed`
  return undefined
}

/** The annotation is whatever somebody wrote there: only what looks like ours is repeated. */
function belongsTo(owner: string): string {
  const [, kind, name] = /^([A-Z][A-Za-z]{1,40})\/[a-z0-9-]{1,63}\/([a-z0-9.-]{1,63})$/.exec(owner) ?? []
  return kind === undefined ? 'it belongs to another object of ours' : `it belongs to ${kind} "${name}"`
}

/** Whether data, labels, annotations and the owner reference are as we would write them. */
export function isTidy(secret: Secret, shape: SecretShape, content: SecretContent): boolean {
  const wanted = buildSecret(shape, content, secret)
  return (
    sameRecord(secret.data, wanted.data) &&
    sameRecord(secret.metadata.labels, wanted.metadata.labels) &&
    sameRecord(secret.metadata.annotations, wanted.metadata.annotations) &&
    hasOnlyReference(secret.metadata, shape.owner)
  )
}

/** Whether it refers to this owner, or to an earlier object of the same name. */
function refersTo(reference: OwnerReference, { apiVersion, kind, key }: SecretOwner): boolean {
  return (
    reference.kind === kind &&
    reference.name === splitKey(key).name &&
    reference.apiVersion.split('/')[0] === apiVersion.split('/')[0]
  )
}

function hasOnlyReference({ ownerReferences = [] }: ObjectMeta, owner: SecretOwner): boolean {
  const [first] = ownerReferences
  return ownerReferences.length === 1 && first?.uid === owner.uid && first.apiVersion === owner.apiVersion
}

function sameRecord(
  a: Readonly<Record<string, string>> = {},
  b: Readonly<Record<string, string>> = {},
): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => a[name] === b[name])
}
