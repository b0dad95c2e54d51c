/**
 * What a restore by Velero does to objects, as its source does it (pkg/restore, and the order in pkg/cmd/server): most of
 * their metadata and their status go, labels of its own come, and they are made kind by kind.
 */
import type { KubeObject } from '../../../src/api/object.ts'

/** Secrets and ConfigMaps are named there; what is not named follows by name. */
export const restoreOrder = [
  'namespaces',
  'secrets',
  'configmaps',
  'clickhouseconnections.lenskeeper.dev',
  'connectortenants.lenskeeper.dev',
  'partnerkeys.lenskeeper.dev',
  'secureembeds.lenskeeper.dev',
] as const

const stripped = new Set([
  'generateName',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'managedFields',
])

export function asRestored(object: KubeObject): object {
  const { status: _status, metadata, ...rest } = object as KubeObject & { readonly status?: unknown }
  const kept = Object.fromEntries(Object.entries(metadata).filter(([field]) => !stripped.has(field)))
  const labels = {
    ...metadata.labels,
    'velero.io/backup-name': 'datalens-1',
    'velero.io/restore-name': 'datalens-1',
  }
  return { ...rest, metadata: { ...kept, labels } }
}
