/** Connects the kinds with what wakes their objects, and gives each a controller. */
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { enqueueChanges } from '../runtime/queue/enqueue.ts'
import { Controller } from '../runtime/controller.ts'
import type { RuntimeMetrics } from '../runtime/metrics.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Kind } from './kind.ts'
import { concernsController } from './wake/changes.ts'
import { FirstLook, type FirstLookOptions } from './wake/first-look.ts'
import { wakeByOwnObjects } from './wake/own-objects.ts'
import type { ReferencedSecrets } from './wake/referenced-secrets.ts'
import { wakeByReferences } from './wake/references.ts'
import type { SharedWatches } from './watches.ts'

export interface ControllersEnvironment {
  readonly config: { readonly resyncMs: number }
  readonly shared: SharedWatches
  readonly references: ReferencedSecrets
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: RuntimeMetrics
}

/** Nothing runs before the controllers are started. */
export function createControllers(
  kinds: readonly Kind[],
  environment: ControllersEnvironment,
): readonly Controller[] {
  for (const kind of kinds) enqueueChanges(kind.watched.store, kind.queue, { when: concernsController })
  for (const kind of kinds) kind.subscribe?.()
  wakeByOwnObjects(kinds, environment.shared)
  wakeByReferences(kinds, environment.references)
  const { config, clock, random, log, metrics } = environment
  const { references } = environment
  const isUnread: FirstLookOptions['isUnread'] = (kind, key) => {
    const object = kind.watched.store.get(key)
    const secrets = object === undefined ? [] : (kind.references?.(object) ?? [])
    return secrets.some(secret => references.get(secret) === 'unknown')
  }
  const firstLook = new FirstLook({ kinds, isUnread, limitMs: firstLookMs, clock })
  return kinds.map(
    kind =>
      new Controller({
        name: kind.name,
        queue: kind.queue,
        reconcile: firstLook.ordered(kind),
        exists: key => kind.watched.store.has(key),
        resyncMs: config.resyncMs,
        clock,
        random,
        log,
        metrics,
      }),
  )
}

/** Long enough for a slow server to answer, and for one that is down to be found so. */
const firstLookMs = 10_000
