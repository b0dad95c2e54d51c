/** Watches: a store a kind, fed by one reflector; or by one a namespace, if the operator watches only some. */
import type { ConfigMap, Namespace, Secret } from '../api/core-objects.ts'
import { embedSigningUse, labels, managedByValue } from '../api/labels.ts'
import type { KubeObject } from '../api/object.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { ResourceClient, type Selection } from '../kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets, type ResourceType } from '../kube/objects/resources.ts'
import type { Transport } from '../kube/call/transport.ts'
import type { AnyReflector } from '../runtime/manager.ts'
import type { RuntimeMetrics } from '../runtime/metrics.ts'
import { Reflector } from '../runtime/cache/reflector/reflector.ts'
import type { CacheShares } from '../runtime/cache/cache-shares.ts'
import { dropBulkButLabels } from '../runtime/cache/drop-bulk.ts'
import { SharedTexts } from '../runtime/cache/shared-texts.ts'
import { Store } from '../runtime/cache/store.ts'
import { trimSecret } from '../published-secret/trim.ts'
import type { Logger } from '../telemetry/log.ts'
import { trimConfigMap, trimOffered } from './trim.ts'

export interface WatchEnvironment {
  readonly transport: Transport
  /** Empty: all namespaces. */
  readonly watchNamespaces: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: RuntimeMetrics
}

interface SharedEnvironment extends WatchEnvironment {
  /** What Secrets and ConfigMaps count against. Default: nothing. */
  readonly shares?: CacheShares
}

/** A kind with its cache and its client. */
export interface Watched<T extends KubeObject> {
  readonly store: Store<T>
  readonly client: ResourceClient<T>
  readonly reflectors: readonly AnyReflector[]
}

/** Kubernetes' own kinds, for all of ours. */
export interface SharedWatches {
  /** Secrets with our label. */
  readonly secrets: Watched<Secret>
  /** Secrets that people offer for signing embeds. */
  readonly signingKeys: Watched<Secret>
  /** ConfigMaps with our label. */
  readonly configMaps: Watched<ConfigMap>
  /** Undefined if the operator watches only some namespaces. */
  readonly namespaces: Watched<Namespace> | undefined
}

export function watchShared(environment: SharedEnvironment): SharedWatches {
  const { shares } = environment
  const ours: Selection = { labelSelector: `${labels.managedBy}=${managedByValue}` }
  const seesAll = environment.watchNamespaces.length === 0
  const tokens = {
    selection: ours,
    shares,
    project: sharing((secret: Secret) => trimSecret(dropManagedFields(secret))),
  }
  return {
    secrets: watch<Secret>(secrets, environment, tokens),
    signingKeys: watch<Secret>(secrets, environment, {
      name: 'signing keys',
      selection: { labelSelector: `${labels.use}=${embedSigningUse}` },
      shares,
      project: trimOffered,
    }),
    configMaps: watch<ConfigMap>(configMaps, environment, {
      selection: ours,
      shares,
      project: trimConfigMap,
    }),
    namespaces: seesAll
      ? watch<Namespace>(namespaces, environment, { project: dropBulkButLabels })
      : undefined,
  }
}

export function reflectorsOf({
  secrets,
  signingKeys,
  configMaps,
  namespaces,
}: SharedWatches): AnyReflector[] {
  return [secrets, signingKeys, configMaps, namespaces].flatMap(watched => watched?.reflectors ?? [])
}

/** How many namespaces each of these caches lacks objects of. */
export function withheldBy({ secrets, signingKeys, configMaps }: SharedWatches) {
  return [secrets, signingKeys, configMaps].map(({ store }) => ({
    cache: store.name,
    namespaces: store.withheldNamespaces,
  }))
}

export interface WatchOptions<T> {
  /** In log and metrics. Default: that of the resource. */
  readonly name?: string
  /** Default: all objects. */
  readonly selection?: Selection
  /** What is kept of an object. Default: as the store does it. */
  readonly project?: (object: T) => T
  /** What its objects count against. Default: nothing, as for kinds of which no object may be missed. */
  readonly shares?: CacheShares | undefined
}

export function watch<T extends KubeObject>(
  type: ResourceType<T>,
  environment: WatchEnvironment,
  { name = type.plural, selection = {}, project, shares }: WatchOptions<T> = {},
): Watched<T> {
  const { transport, watchNamespaces, clock, random, log, metrics } = environment
  const client = new ResourceClient<T>(transport, type)
  const store = new Store<T>({ name, log, shares, ...(project === undefined ? {} : { project }) })
  const scopes: readonly (string | undefined)[] = watchNamespaces.length === 0 ? [undefined] : watchNamespaces
  const reflectors = scopes.map(namespace => {
    const scoped = namespace === undefined ? selection : { ...selection, namespace }
    return new Reflector<T>({
      name: namespace === undefined ? name : `${name} in ${namespace}`,
      source: client.listWatch(scoped),
      store,
      ...(namespace === undefined ? {} : { covers: key => key.startsWith(`${namespace}/`) }),
      clock,
      random,
      log,
      metrics,
    })
  })
  return { store, client, reflectors }
}

/** Keeps equal texts once: most of ten thousand objects say the same about the same key. */
export function sharing<T extends KubeObject>(project: (object: T) => T): (object: T) => T {
  const texts = new SharedTexts()
  return object => {
    const kept = project(object)
    texts.settle(kept)
    return kept
  }
}

/** Drops `managedFields`, and nothing else: a Secret is written back as a whole. The server keeps that field itself. */
function dropManagedFields(secret: Secret): Secret {
  const { managedFields: _dropped, ...metadata } = secret.metadata as Secret['metadata'] & {
    readonly managedFields?: unknown
  }
  return { ...secret, metadata }
}
