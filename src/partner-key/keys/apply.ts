/** Does the steps on keys. Each may be repeated after any stop or lost answer. */
import type { ConfigMap, Secret } from '../../api/core-objects.ts'
import { ledgerName } from '../../api/names.ts'
import { keyOf, splitKey, type ObjectKey } from '../../api/object.ts'
import { generatePartnerKey } from '../../token/generate-key.ts'
import { writeConfigMap } from '../owned/config-map.ts'
import { noteWrite, type Writes } from '../owned/writes.ts'
import { buildKeySecret, tidyPatch } from './key-secret.ts'
import { ledgerData } from './ledger.ts'
import type { KeyStep } from './steps.ts'

export interface KeyWrites {
  readonly secrets: Writes<Secret>
  readonly configMaps: Writes<ConfigMap>
}

/** @throws StaleView, KubeError, or the signal's reason */
export async function applyKeyStep(
  step: KeyStep,
  { key, secrets, configMaps }: KeyWrites & { readonly key: ObjectKey },
  signal: AbortSignal,
): Promise<void> {
  const { name } = splitKey(key)
  switch (step.kind) {
    case 'createKeySecret': {
      const made = step.brought ?? (await generatePartnerKey())
      const secret = buildKeySecret(key, step.version, made)
      return noteWrite(secrets.store, secrets.client.create(secret, signal))
    }
    case 'tidyKeySecret': {
      const patch = tidyPatch(step.secret, name)
      return noteWrite(secrets.store, secrets.client.mergePatch(keyOf(step.secret), patch, signal))
    }
    case 'recordKeys': {
      // The ledger only grows: entries that the patch does not name stay.
      const write = {
        name: ledgerName(name),
        data: ledgerData(step.entries),
        replace: false,
        over: step.over,
      }
      return writeConfigMap(key, write, configMaps, signal)
    }
    default:
      step satisfies never
  }
}
