import type { KubeObject } from '../../api/object.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Drops what nobody here reads and what would take most of the memory: managedFields, and the annotation with kubectl's
 * copy of the whole object, which of a Secret is a second copy of the secret. Never PUT an object from a store: the
 * annotation would be lost.
 */
export function dropBulk<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown }
  const { annotations } = metadata
  if (annotations?.[lastApplied] === undefined) return { ...object, metadata }
  const { [lastApplied]: _copy, ...kept } = annotations
  return { ...object, metadata: { ...metadata, annotations: kept } }
}
