/** Reads and writes the two ConfigMaps of a PartnerKey: its ledger and its hand-over. */
import type { ConfigMap } from '../../api/core-objects.ts'
import { isLabelledOurs } from '../../api/labels.ts'
import { beside, keyOf, splitKey, type KubeObject, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { isTidy, ownLabels, tidyMetadata } from './labels.ts'
import { noteWrite, type Writes } from './writes.ts'

/** A ConfigMap with a name that we use. */
export interface OwnedConfigMap {
  readonly object: ConfigMap | undefined
  /** Why we may not touch it. Absent when we may. */
  readonly foreign?: string
  /** It has our labels and no owner, or does not exist. */
  readonly tidy: boolean
}

export interface ConfigMapSources {
  /** Those labelled as ours. */
  readonly configMaps: Store<ConfigMap>
  readonly configMapClient: Pick<ResourceClient<ConfigMap>, 'get'>
}

export interface ConfigMapQuestion {
  readonly name: string
  /** Why the object is not ours; undefined when it is. */
  readonly judge: (object: ConfigMap) => string | undefined
}

/** Finds the ConfigMap, also one that lost our label and is in no cache, or is too large for it. */
export async function observeConfigMap(
  partnerKey: PartnerKey,
  { question, from }: { readonly question: ConfigMapQuestion; readonly from: ConfigMapSources },
  signal: AbortSignal,
): Promise<OwnedConfigMap> {
  const key = beside(partnerKey, question.name)
  const cached = from.configMaps.get(key)
  const isWhole = cached !== undefined && cached.trimmed !== true
  const object = isWhole ? cached : await from.configMapClient.get(key, signal)
  if (object === undefined) return { object, tidy: true }
  const foreign = question.judge(object)
  const tidy = isTidy(object, partnerKey.metadata.name)
  return { object, tidy, ...(foreign === undefined ? {} : { foreign }) }
}

export function foreignByLabel(object: KubeObject): string | undefined {
  return isLabelledOurs(object) ? undefined : 'it does not have our label'
}

export interface ConfigMapWrite {
  readonly name: string
  readonly data: Readonly<Record<string, string>>
  /** True: removes what `data` does not name. False: that stays. */
  readonly replace: boolean
  /** The ConfigMap that the decision rests on: the patch is for exactly this version. */
  readonly over: ConfigMap | undefined
}

/** @throws StaleView, KubeError, or the signal's reason */
export async function writeConfigMap(
  partnerKey: ObjectKey,
  { name, data, replace, over }: ConfigMapWrite,
  { client, store }: Writes<ConfigMap>,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name: owner } = splitKey(partnerKey)
  if (over === undefined) {
    const made = { metadata: { namespace, name, labels: ownLabels(owner) }, data }
    return noteWrite(store, client.create(made, signal))
  }
  const former = replace ? Object.keys(over.data ?? {}).map(entry => [entry, null]) : []
  const patch = {
    metadata: tidyMetadata(over.metadata, owner),
    data: { ...Object.fromEntries(former), ...data },
  }
  return noteWrite(store, client.mergePatch(keyOf(over), patch, signal))
}
