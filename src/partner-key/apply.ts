/** The effects, one function for each step, each safe to repeat after any stop or lost answer. */
import type { ConfigMap, Secret } from '../api/core-objects.ts'
import { handoverName, ledgerName } from '../api/names.ts'
import { keyOf, splitKey, type ObjectKey, type KubeObject } from '../api/object.ts'
import { KubeError } from '../kube/errors.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { WriteSink } from '../kube/objects/write-status.ts'
import { StaleView } from '../runtime/stale-view.ts'
import { generatePartnerKey } from '../token/keys.ts'
import { buildKeySecret, keyLabels, tidyPatch } from './keys/key-secret.ts'
import { ledgerData } from './keys/ledger.ts'
import type { Step } from './steps.ts'

type Writes<T extends KubeObject> = Pick<ResourceClient<T>, 'create' | 'mergePatch'>

export interface ApplyContext {
  /** `namespace/name` of the PartnerKey. */
  readonly key: ObjectKey
  readonly secrets: Writes<Secret>
  readonly configMaps: Writes<ConfigMap>
  readonly secretStore: WriteSink<Secret>
  readonly configMapStore: WriteSink<ConfigMap>
}

/** @throws StaleView, KubeError, or the signal's reason */
export async function applyStep(step: Step, context: ApplyContext, signal: AbortSignal): Promise<void> {
  const { key, secrets, secretStore } = context
  switch (step.kind) {
    case 'createKeySecret': {
      const made = step.brought ?? (await generatePartnerKey())
      const secret = buildKeySecret(key, step.version, made)
      return secretStore.noteWrite(await fresh(secrets.create(secret, signal)))
    }
    case 'tidyKeySecret': {
      const patch = tidyPatch(step.secret, splitKey(key).name)
      return secretStore.noteWrite(await fresh(secrets.mergePatch(keyOf(step.secret), patch, signal)))
    }
    case 'recordKeys':
      return write(ledgerName(splitKey(key).name), ledgerData(step.entries), step.over, context, signal)
    case 'writeHandover': {
      const former = Object.keys(step.over?.data ?? {}).map(name => [name, null])
      const data = { ...Object.fromEntries(former), ...step.data }
      return write(handoverName(splitKey(key).name), data, step.over, context, signal)
    }
    default:
      step satisfies never
  }
}

/** A patch over exactly the version that was looked at: what it does not name stays, so the ledger only grows. */
async function write(
  name: string,
  data: unknown,
  over: ConfigMap | undefined,
  { key, configMaps, configMapStore }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name: owner } = splitKey(key)
  const labels = keyLabels(owner)
  if (over === undefined) {
    const made = { metadata: { namespace, name, labels }, data: data as Record<string, string> }
    return configMapStore.noteWrite(await fresh(configMaps.create(made, signal)))
  }
  const { uid, resourceVersion } = over.metadata
  const patch = { metadata: { uid, resourceVersion, labels, ownerReferences: null }, data }
  configMapStore.noteWrite(await fresh(configMaps.mergePatch(keyOf(over), patch, signal)))
}

async function fresh<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (error instanceof KubeError && stale.has(error.code)) {
      throw new StaleView('somebody else was there first', { cause: error })
    }
    throw error
  }
}

const stale: ReadonlySet<string> = new Set(['conflict', 'alreadyExists'])
