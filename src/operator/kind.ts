import type { ConfigMap, Secret } from '../api/core-objects.ts'
import type { KubeObject, ObjectKey } from '../api/object.ts'
import type { Outcome } from '../core/outcome.ts'
import type { AnyReflector } from '../runtime/manager.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { WorkQueue } from '../runtime/queue/work-queue.ts'

/**
 * `leads`: kinds that follow depend on it. `follows`: it waits until each object of those that lead and that it depends on
 * was looked at. `apart`: it depends on none, and none on it.
 */
export type FirstLookPart = 'leads' | 'follows' | 'apart'

/** All that the operator knows of a kind. `kinds/` has one file a kind, and no other file here names one. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** The name of its queue and its controller, in log and metrics. */
  readonly name: string
  readonly watched: {
    readonly store: Pick<Store<T>, 'name' | 'get' | 'has' | 'keys' | 'subscribe'>
    readonly reflectors: readonly AnyReflector[]
  }
  /** An object's own changes put it into the queue. The methods below say what else does. */
  readonly queue: WorkQueue
  /** What its objects do in the first looks after a start. */
  readonly firstLook: FirstLookPart
  /** The namespace in which all lie that the object depends on. Default, and where that is open: any. */
  dependsOn?(key: ObjectKey): string | undefined
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
  /** The Secrets of other people that the object reads. Each is watched, and a change of it wakes the object. */
  references?(object: T): readonly ObjectKey[]
  /**
   * The objects of this kind that a Secret of ours is about. A change of the Secret wakes them, and no objects of other
   * kinds. It is called for each event, so it looks at nothing but the Secret.
   */
  subjectsOfSecret?(secret: Secret): readonly ObjectKey[]
  /** The same for a ConfigMap of ours. */
  subjectsOfConfigMap?(configMap: ConfigMap): readonly ObjectKey[]
  /** Subscribes the queue to whatever else the objects depend on. Called once, before anything runs. */
  subscribe?(): void
}
