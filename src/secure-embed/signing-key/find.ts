import type { Secret } from '../../api/core-objects.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { isOffered } from './view.ts'

export interface OfferedSecrets {
  /** The Secrets that are offered for signing, and no others. */
  readonly signingKeys: Pick<Store<Secret>, 'get' | 'withholds'>
  readonly secretClient: ResourceClient<Secret>
}

/** The Secret, if it is offered. It is read from the API server while the cache has no room for all of its namespace. */
export async function findOffered(
  key: ObjectKey,
  { signingKeys, secretClient }: OfferedSecrets,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  const cached = signingKeys.get(key)
  if (cached !== undefined || !signingKeys.withholds(splitKey(key).namespace)) return cached
  const live = await secretClient.get(key, signal)
  return live !== undefined && isOffered(live) ? live : undefined
}
