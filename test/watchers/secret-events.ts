/** Every version of every Secret of the operator's, from a list on, through watches that are resumed where they end. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Secret } from '../../src/api/core-objects.ts'
import { isKubeError } from '../../src/kube/errors.ts'
import type { World } from '../cluster/world.ts'

export interface SecretEvent {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly object: Secret
}

export interface Follower {
  note(event: SecretEvent): void
  /** Versions may have been missed: the API server was started anew. `relist` takes what is there as added. */
  readonly onGap: 'relist' | (() => void)
}

const selector = 'app.kubernetes.io/managed-by=lenskeeper'

/**
 * Resolves once nothing that is written from now on can be missed.
 * @returns what resolves when `signal` has ended it, or a gap has
 */
export async function followSecrets(
  world: World,
  follower: Follower,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const source = world.secrets.listWatch({ labelSelector: selector })
  const list = async (): Promise<string> => {
    const { items, resourceVersion } = await source.list({ limit: 5000 }, signal)
    for (const object of items) follower.note({ type: 'added', object })
    return resourceVersion
  }
  const follow = async (from: string): Promise<void> => {
    let resourceVersion = from
    while (!signal.aborted) {
      try {
        for await (const event of source.watch({ resourceVersion, timeoutSeconds: 600 }, signal)) {
          if (event.type === 'bookmark') {
            resourceVersion = event.resourceVersion
            continue
          }
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
          follower.note(event)
        }
      } catch (error) {
        if (signal.aborted) return
        if (!isKubeError(error, 'gone')) await delay(100)
        else if (follower.onGap === 'relist') resourceVersion = await list().catch(() => resourceVersion)
        else return follower.onGap()
      }
    }
  }
  return { ended: follow(await list()) }
}
