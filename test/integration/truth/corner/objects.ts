/** Objects as rows apply them. Pure. */
import { encodeData } from '../../../../src/api/core-objects.ts'
import type { Kind } from '../kind.ts'

export function object(kind: Kind, namespace: string, name: string, spec: object): object {
  return { apiVersion: 'lenskeeper.dev/v1alpha1', kind, metadata: { name, namespace }, spec }
}

/** @param metadata more of it, with the name and the namespace */
export function secretObject(metadata: object, values: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encodeData(values) }
}

export function labelled(made: object, labels: Readonly<Record<string, string>>): object {
  return { ...made, metadata: { ...(made as { metadata: object }).metadata, labels } }
}

export function annotated(made: object, annotations: Readonly<Record<string, string>>): object {
  return { ...made, metadata: { ...(made as { metadata: object }).metadata, annotations } }
}
