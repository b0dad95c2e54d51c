import type { KubeObject } from '../../api/object.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Drops what this project never reads and what would be most of the memory: managedFields, and kubectl's copy
 * of the whole object in an annotation (of a Secret that would also be a second copy of the secret). Hence an
 * object from a store is never to be PUT back: the annotation would be lost.
 */
export function dropBulk<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown }
  const { annotations } = metadata
  if (annotations?.[lastApplied] === undefined) return { ...object, metadata }
  const { [lastApplied]: _copy, ...kept } = annotations
  return { ...object, metadata: { ...metadata, annotations: kept } }
}
