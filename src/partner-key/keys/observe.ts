/** Gathers what is known of a PartnerKey's keys. Only what the caches lack is read from the API server. */
import { keyTextOf, orNotRead, type ConfigMap, type Secret } from '../../api/core-objects.ts'
import { keyVersionIn, ledgerName, partnerKeySecretName } from '../../api/names.ts'
import { beside, keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { secretCommand } from '../../api/secret-command.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import type { KeyRing } from '../../token/key-ring.ts'
import { inspectPrivateKey, inspectPublicKey, type PartnerPrivateKey } from '../../token/keys.ts'
import { foreignByLabel, observeConfigMap, type ConfigMapSources } from '../owned/config-map.ts'
import type { Tally } from '../tenants/tally.ts'
import { disprovedBy } from './disproof.ts'
import { viewKeySecret, type KeySecretView } from './key-secret.ts'
import { emptyLedger, readLedger, type Ledger } from './ledger.ts'
import type { BroughtKey, DataLensKey, FoundKeys } from './observed.ts'

/** Secrets that other people own. The wiring watches those that PartnerKeys refer to. */
export interface ReferencedSecrets {
  /** `unknown` until it was first looked up; undefined when it does not exist. */
  get(secret: ObjectKey): Secret | undefined | 'unknown' | 'overLimit'
}

export interface KeySources extends ConfigMapSources {
  /** Those labelled as ours, with the indexes `tenant` and `keySecret` (`keySecretIndex`). */
  readonly secrets: Store<Secret>
  readonly secretClient: Pick<ResourceClient<Secret>, 'get'>
  readonly referencedSecrets: ReferencedSecrets
  readonly keyRing: KeyRing
}

export async function observeKeys(
  partnerKey: PartnerKey,
  from: KeySources & { readonly tally: Pick<Tally, 'secretsOf'> },
  signal: AbortSignal,
): Promise<FoundKeys> {
  const key = keyOf(partnerKey)
  const { keyVersion } = partnerKey.spec
  const question = { name: ledgerName(partnerKey.metadata.name), judge: foreignLedger }
  const ledgerMap = await observeConfigMap(partnerKey, { question, from }, signal)
  const ledger = ledgerMap.foreign === undefined ? ledgerOf(ledgerMap.object) : emptyLedger
  const keySecrets = await keySecretsOf(partnerKey, { ledger, from }, signal)
  const brought = broughtKey(partnerKey, keySecrets.has(keyVersion), from)
  const privateKey = (version: number): PartnerPrivateKey | undefined => {
    const view = keySecrets.get(version)
    if (view?.kind === 'usable') return view.key
    return version === keyVersion && brought.kind === 'ok' ? brought.key : undefined
  }
  return {
    ledger,
    ledgerMap,
    keySecrets,
    brought,
    remembered: from.keyRing.get(key)?.dataLens ?? new Map(),
    dataLensKey: dataLensKey(partnerKey),
    disproved: disprovedBy({ partnerKey: privateKey, secrets: () => from.tally.secretsOf(key) }),
  }
}

/** A ledger that came back from a backup without its labels is recognized by what it holds. */
function foreignLedger(object: ConfigMap): string | undefined {
  return ledgerOf(object).entries.length > 0 ? undefined : foreignByLabel(object)
}

/** Objects in caches never change, so what was read of one stays true. */
const readLedgers = new WeakMap<ConfigMap, Ledger>()

function ledgerOf(object: ConfigMap | undefined): Ledger {
  if (object === undefined) return emptyLedger
  const known = readLedgers.get(object) ?? readLedger(object.data)
  readLedgers.set(object, known)
  return known
}

async function keySecretsOf(
  partnerKey: PartnerKey,
  { ledger, from }: { readonly ledger: Ledger; readonly from: KeySources },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, KeySecretView>> {
  const { name } = partnerKey.metadata
  const views = new Map<number, KeySecretView>()
  for (const secret of from.secrets.byIndex('keySecret', keyOf(partnerKey))) {
    const version = keyVersionIn(secret.metadata.name, name)
    if (version !== undefined) views.set(version, viewOf(secret, name))
  }
  const recorded = ledger.entries.filter(({ side }) => side === 'Partner').map(({ version }) => version)
  for (const version of new Set([partnerKey.spec.keyVersion, ...recorded])) {
    if (views.has(version)) continue
    const key = beside(partnerKey, partnerKeySecretName(name, version))
    const secret = from.secrets.get(key) ?? (await from.secretClient.get(key, signal))
    if (secret !== undefined) views.set(version, viewOf(secret, name))
  }
  return views
}

const viewedSecrets = new WeakMap<Secret, KeySecretView>()

/** Checks a key once an object, as a check takes a signature. */
function viewOf(secret: Secret, name: string): KeySecretView {
  const known = viewedSecrets.get(secret) ?? viewKeySecret(secret, name)
  viewedSecrets.set(secret, known)
  return known
}

function broughtKey(partnerKey: PartnerKey, hasOwn: boolean, { referencedSecrets }: KeySources): BroughtKey {
  const ref = partnerKey.spec.privateKeySecretRef
  if (ref === undefined || hasOwn) return { kind: 'none' }
  const named = beside(partnerKey, ref.name)
  const secret = referencedSecrets.get(named)
  const command = (exists: boolean): string =>
    `with the private key in ./private.pem: ${secretCommand(named, { exists, files: { [ref.key]: './private.pem' } })}`
  if (secret === 'unknown') return { kind: 'unknown' }
  if (secret === 'overLimit') {
    const message = `Secret "${ref.name}" is not read: the operator watches 200 that connections and PartnerKeys refer to, as far as there is memory for them, shared fairly by their namespaces, and this namespace refers to more than its part. Delete what refers to Secrets in vain, and keep nothing else in them.`
    return { kind: 'missing', message }
  }
  if (secret === undefined) {
    return {
      kind: 'missing',
      message: `There is no Secret "${ref.name}" in this namespace. Leave spec.privateKeySecretRef out to have a key generated; or create it, ${command(false)}`,
    }
  }
  const pem = keyTextOf(secret, ref.key)
  if (pem === undefined) {
    return {
      kind: 'missing',
      message: `Secret "${ref.name}" has no key "${ref.key}"${orNotRead(secret)}. Name the right one in spec.privateKeySecretRef.key; or put it there, ${command(true)}`,
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
