/** Gathers what a decision about one PartnerKey rests on. Only what the caches lack is read from the API server. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { dataOf, type ConfigMap, type Namespace, type Secret } from '../api/core-objects.ts'
import { labels, managedByValue } from '../api/labels.ts'
import { connectionOf, handoverName, ledgerName, partnerKeySecretName } from '../api/names.ts'
import { beside, splitKey, type ObjectKey, type KubeObject } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Clock } from '../core/clock.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { KeyRing } from '../token/key-ring.ts'
import { KeyMaterialError } from '../token/errors.ts'
import { inspectPrivateKey, inspectPublicKey, type PartnerPrivateKey } from '../token/keys.ts'
import type { Tally } from './tenants/tally.ts'
import { disprovedBy } from './keys/disproof.ts'
import { keyLabels, versionOf, viewKeySecret, type KeySecretView } from './keys/key-secret.ts'
import { emptyLedger, readLedger, type Ledger } from './keys/ledger.ts'
import type { BroughtKey, DataLensKey, Observed, OwnedConfigMap } from './observed.ts'

/** Secrets that other people own; whoever wires this watches those that PartnerKeys refer to. */
export interface ReferencedSecrets {
  /** `unknown` until it was first looked up; undefined when it does not exist. */
  get(secret: ObjectKey): Secret | undefined | 'unknown'
}

export interface Sources {
  readonly partnerKeys: Store<PartnerKey>
  readonly connections: Store<ClickHouseConnection>
  /** Those labelled as ours, with the indexes `tenant` and `keySecret` (`keySecretIndex`). */
  readonly secrets: Store<Secret>
  /** Those labelled as ours. */
  readonly configMaps: Store<ConfigMap>
  readonly secretClient: Pick<ResourceClient<Secret>, 'get' | 'create' | 'mergePatch'>
  readonly configMapClient: Pick<ResourceClient<ConfigMap>, 'get' | 'create' | 'mergePatch'>
  readonly referencedSecrets: ReferencedSecrets
  /** Absent where this operator watches a list of namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly dryRun: boolean
}

/** Undefined when the PartnerKey is gone. */
export async function observe(
  key: ObjectKey,
  from: Sources & { readonly tally: Tally },
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const partnerKey = from.partnerKeys.get(key)
  if (partnerKey === undefined) return undefined
  const { namespace, name } = splitKey(key)
  const { spec } = partnerKey
  const ledgerMap = await configMap(
    `${namespace}/${ledgerName(name)}`,
    { name, from, judge: foreignLedger },
    signal,
  )
  const ledger = ledgerMap.foreign === undefined ? ledgerOf(ledgerMap.object) : emptyLedger
  const keySecrets = await keySecretsOf(partnerKey, ledger, from, signal)
  const brought = broughtKey(partnerKey, keySecrets.has(spec.keyVersion), from)
  const privateKey = (version: number): PartnerPrivateKey | undefined => {
    const view = keySecrets.get(version)
    if (view?.kind === 'usable') return view.key
    return version === spec.keyVersion && brought.kind === 'ok' ? brought.key : undefined
  }
  return {
    key,
    partnerKey,
    now: from.clock.now(),
    observing: from.dryRun,
    knowsNamespaces: from.namespaces !== undefined,
    connection: from.connections.get(connectionOf(partnerKey)),
    ledger,
    ledgerMap,
    handoverMap: await configMap(
      `${namespace}/${handoverName(name)}`,
      { name, from, judge: foreignHandover },
      signal,
    ),
    keySecrets,
    brought,
    remembered: from.keyRing.get(key)?.dataLens ?? new Map(),
    dataLensKey: dataLensKey(partnerKey),
    tally: from.tally.counts(key),
    disproved: disprovedBy({ partnerKey: privateKey, secrets: () => from.tally.secretsOf(key) }),
  }
}

interface MapQuestion {
  /** The PartnerKey's name. */
  readonly name: string
  readonly from: Sources
  readonly judge: (object: ConfigMap) => string | undefined
}

/** One that lost our label is in no cache, and is ours all the same. */
async function configMap(
  key: ObjectKey,
  question: MapQuestion,
  signal: AbortSignal,
): Promise<OwnedConfigMap> {
  const { from, judge, name } = question
  const object = from.configMaps.get(key) ?? (await from.configMapClient.get(key, signal))
  if (object === undefined) return { object, tidy: true }
  const foreign = judge(object)
  return { object, tidy: isTidy(object, name), ...(foreign === undefined ? {} : { foreign }) }
}

function isTidy({ metadata }: KubeObject, partnerKeyName: string): boolean {
  const wanted = Object.entries(keyLabels(partnerKeyName))
  return (
    wanted.every(([name, value]) => metadata.labels?.[name] === value) &&
    (metadata.ownerReferences ?? []).length === 0
  )
}

function foreignHandover({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[labels.managedBy] === managedByValue ? undefined : 'it does not have our label'
}

/** A ledger that came back from a backup without its labels is known by what it holds. */
function foreignLedger(object: ConfigMap): string | undefined {
  return ledgerOf(object).entries.length > 0 ? undefined : foreignHandover(object)
}

/** Objects in caches are never changed, so what was read of one holds as long as it does. */
const readLedgers = new WeakMap<ConfigMap, Ledger>()

function ledgerOf(object: ConfigMap | undefined): Ledger {
  if (object === undefined) return emptyLedger
  const known = readLedgers.get(object) ?? readLedger(object.data)
  readLedgers.set(object, known)
  return known
}

async function keySecretsOf(
  partnerKey: PartnerKey,
  ledger: Ledger,
  from: Sources,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, KeySecretView>> {
  const { namespace = '', name } = partnerKey.metadata
  const views = new Map<number, KeySecretView>()
  for (const secret of from.secrets.byIndex('keySecret', `${namespace}/${name}`)) {
    const version = versionOf(secret.metadata.name, name)
    if (version !== undefined) views.set(version, viewOf(secret, name))
  }
  const recorded = ledger.entries.filter(({ side }) => side === 'Partner').map(({ version }) => version)
  for (const version of new Set([partnerKey.spec.keyVersion, ...recorded])) {
    if (views.has(version)) continue
    const key = `${namespace}/${partnerKeySecretName(name, version)}`
    const secret = from.secrets.get(key) ?? (await from.secretClient.get(key, signal))
    if (secret !== undefined) views.set(version, viewOf(secret, name))
  }
  return views
}

const viewedSecrets = new WeakMap<Secret, KeySecretView>()

/** Checking a key costs a signature, so it is done once for each object. */
function viewOf(secret: Secret, name: string): KeySecretView {
  const known = viewedSecrets.get(secret) ?? viewKeySecret(secret, name)
  viewedSecrets.set(secret, known)
  return known
}

function broughtKey(partnerKey: PartnerKey, hasOwn: boolean, { referencedSecrets }: Sources): BroughtKey {
  const ref = partnerKey.spec.privateKeySecretRef
  if (ref === undefined || hasOwn) return { kind: 'none' }
  const secret = referencedSecrets.get(beside(partnerKey, ref.name))
  if (secret === 'unknown') return { kind: 'unknown' }
  if (secret === undefined) {
    return {
      kind: 'missing',
      message: `There is no Secret "${ref.name}" in this namespace. Create it, or leave spec.privateKeySecretRef out to have a key generated.`,
    }
  }
  const pem = dataOf(secret, ref.key)
  if (pem === undefined) {
    return {
      kind: 'missing',
      message: `Secret "${ref.name}" has no key "${ref.key}". Put the private key there, or name the right one in spec.privateKeySecretRef.key.`,
    }
  }
  return attempt(() => ({ kind: 'ok', key: inspectPrivateKey(pem) }))
}

function dataLensKey({ spec }: PartnerKey): DataLensKey {
  const pem = spec.dataLens?.publicKey
  if (pem === undefined) return { kind: 'none' }
  return attempt(() => ({ kind: 'ok', key: inspectPublicKey(pem) }))
}

function attempt<T>(inspect: () => T): T | { readonly kind: 'invalid'; readonly message: string } {
  try {
    return inspect()
  } catch (error) {
    if (error instanceof KeyMaterialError) return { kind: 'invalid', message: error.message }
    throw error
  }
}
