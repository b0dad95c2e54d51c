import type { ConfigMap, Secret } from '../api/core-objects.ts'
import type { KubeObject, ObjectKey } from '../api/object.ts'
import type { Outcome } from '../core/outcome.ts'
import type { AnyReflector } from '../runtime/manager.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { WorkQueue } from '../runtime/queue/work-queue.ts'

/** All that the operator knows of a kind. `kinds/` has one file each; nothing else here names one. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** Of its queue and its controller, in log and metrics. */
  readonly name: string
  readonly watched: {
    readonly store: Pick<Store<T>, 'name' | 'has' | 'keys' | 'subscribe'>
    readonly reflectors: readonly AnyReflector[]
  }
  /** An object is in it by its own changes; by whatever else wakes it through what follows. */
  readonly queue: WorkQueue
  /** After a start its objects are looked at once before those of kinds that do not say so, which depend on them. */
  readonly goesFirst: boolean
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
  /** The Secrets of other people that the object reads. Each is watched, and wakes it. */
  references?(object: T): readonly ObjectKey[]
  /**
   * The objects of this kind that a Secret of ours is about; it wakes them, and objects of no other kind. Must
   * cost the same however many objects there are.
   */
  subjectsOfSecret?(secret: Secret): readonly ObjectKey[]
  /** The same of a ConfigMap. */
  subjectsOfConfigMap?(configMap: ConfigMap): readonly ObjectKey[]
  /** Subscribes the queue to all else that the objects depend on. Called once, before anything runs. */
  subscribe?(): void
}
