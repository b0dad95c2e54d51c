/** The PartnerKey in the operator, and what wakes one. */
import { connectionOf, labelledPartnerKey, secretsOfPartnerKey } from '../../api/names.ts'
import type { KubeObject, ObjectKey } from '../../api/object.ts'
import { partnerKey, type PartnerKey } from '../../api/partner-key.ts'
import type { Random } from '../../core/random.ts'
import { createPartnerKeyController } from '../../partner-key/controller.ts'
import { WorkQueue } from '../../runtime/queue/work-queue.ts'
import type { Kind } from '../kind.ts'
import { fanOut } from '../wake/fan-out.ts'
import { watch, type Watched, type WatchEnvironment } from '../watches.ts'
import { countConditions } from './figures/condition-counts.ts'
import { connectionChange } from './connection-change.ts'
import { controllerDeps, queueOptions, type KindEnvironment, type Related } from './environment.ts'
import { rolloutFigures } from './figures/rollout-figures.ts'

export function watchPartnerKeys(environment: WatchEnvironment): Watched<PartnerKey> {
  const watched = watch<PartnerKey>(partnerKey, environment)
  watched.store.addIndex('connection', key => [connectionOf(key)])
  return watched
}

export function partnerKeyKind(environment: KindEnvironment, related: Related): Kind<PartnerKey> {
  const { shared, references, metrics, random } = environment
  const { connections, partnerKeys, tenants } = related
  const queue = new WorkQueue({ name: 'partner keys', ...queueOptions(environment) })
  const controller = createPartnerKeyController({
    ...controllerDeps(environment),
    partnerKeys: partnerKeys.store,
    partnerKeyClient: partnerKeys.client,
    connections: connections.store,
    tenants: tenants.store,
    secrets: shared.secrets.store,
    secretClient: shared.secrets.client,
    configMaps: shared.configMaps.store,
    configMapClient: shared.configMaps.client,
    namespaces: shared.namespaces?.store,
    referencedSecrets: references,
    wakePartnerKey: (key, afterMs) => queue.add(key, { afterMs, reason: 'tenants' }),
  })
  const sources = { partnerKeys: partnerKeys.store, secrets: shared.secrets.store, clock: environment.clock }
  metrics.conditions(countConditions(partnerKey, partnerKeys.store))
  metrics.rollouts(() => rolloutFigures({ ...sources, tally: controller.tally }))
  return {
    name: 'partner keys',
    watched: partnerKeys,
    queue,
    firstLook: 'leads',
    reconcile: (key, signal) => controller.reconcile(key, signal),
    references: secretsOfPartnerKey,
    subjectsOfSecret: labelled,
    subjectsOfConfigMap: labelled,
    subscribe: () => wakePartnerKeys(queue, related, random),
  }
}

function labelled(object: KubeObject): readonly ObjectKey[] {
  const key = labelledPartnerKey(object)
  return key === undefined ? [] : [key]
}

export function wakePartnerKeys(
  queue: WorkQueue,
  { connections, partnerKeys }: Pick<Related, 'connections' | 'partnerKeys'>,
  random: Random,
): void {
  connections.store.subscribe(change => {
    if (connectionChange(change) === 'none') return
    const keys = partnerKeys.store.keysByIndex('connection', change.key)
    fanOut(queue, keys, { reason: 'connection', random })
  })
}
