import type { ConfigMap, Secret } from '../api/core-objects.ts'
import type { KubeObject, ObjectKey } from '../api/object.ts'
import type { Outcome } from '../core/outcome.ts'
import type { AnyReflector } from '../runtime/manager.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { WorkQueue } from '../runtime/queue/work-queue.ts'

/** All that the operator knows of a kind. `kinds/` has one file for each, and nothing else here names one. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** Of its queue and its controller, in log and metrics. */
  readonly name: string
  readonly watched: {
    readonly store: Pick<Store<T>, 'name' | 'has' | 'keys' | 'subscribe'>
    readonly reflectors: readonly AnyReflector[]
  }
  /** An object's own changes put it there. What else does, the methods below say. */
  readonly queue: WorkQueue
  /** After a start, kinds that do not go first wait until each of these objects was looked at: they depend on it. */
  readonly goesFirst: boolean
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
  /** The Secrets of other people that the object reads. Each is watched, and wakes it. */
  references?(object: T): readonly ObjectKey[]
  /**
   * The objects of this kind that a Secret of ours is about. A change of it wakes them, and objects of no other
   * kind. Must look at no other objects: it is asked for each event.
   */
  subjectsOfSecret?(secret: Secret): readonly ObjectKey[]
  /** The same of a ConfigMap. */
  subjectsOfConfigMap?(configMap: ConfigMap): readonly ObjectKey[]
  /** Subscribes the queue to all else that the objects depend on. Called once, before anything runs. */
  subscribe?(): void
}
