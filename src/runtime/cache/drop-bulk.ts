import { prefix } from '../../api/labels.ts'
import type { KubeObject } from '../../api/object.ts'
import { leanMetadata, upTo } from './lean-metadata.ts'

/** In characters. Nothing that people ask for by an annotation is longer. */
const longestAnnotation = 1_024
/** In characters, of all labels together. */
const mostLabels = 32_768

/**
 * Drops what nobody here reads and what would take most of the memory: managedFields, other people's annotations, among
 * them kubectl's copy of the whole object, which of a Secret is a second copy of the secret. Never PUT an object from a
 * store: all that would be lost.
 */
export function dropBulk<T extends KubeObject>(object: T): T {
  return { ...object, metadata: leanMetadata(object.metadata, { isLabel: upTo(mostLabels), isAnnotation }) }
}

/** The same with every label. For namespaces: what a label that was left out would let in, nobody may guess. */
export function dropBulkButLabels<T extends KubeObject>(object: T): T {
  return { ...object, metadata: leanMetadata(object.metadata, { isLabel: () => true, isAnnotation }) }
}

function isAnnotation(name: string, value: string): boolean {
  return name.startsWith(prefix) && value.length <= longestAnnotation
}
