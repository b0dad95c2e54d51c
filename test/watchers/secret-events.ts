import type { Secret } from '../../src/api/core-objects.ts'
import type { World } from '../cluster/world.ts'
import { follow, type Follower, type ObjectEvent } from './follow.ts'

export type SecretEvent = ObjectEvent<Secret>

/** Every version of every Secret of the operator's; as `follow`. */
export async function followSecrets(
  world: World,
  follower: Follower<Secret>,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const source = world.secrets.listWatch({ labelSelector: 'app.kubernetes.io/managed-by=lenskeeper' })
  return await follow(source, follower, signal)
}
