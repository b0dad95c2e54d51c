import type { ConfigMap } from '../../api/core-objects.ts'
import { handoverName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { writeConfigMap } from '../owned/config-map.ts'
import type { Writes } from '../owned/writes.ts'
import type { HandoverStep } from './steps.ts'

/** Safe to repeat. @throws StaleView, KubeError, or the signal's reason */
export async function applyHandoverStep(
  { data, over }: HandoverStep,
  { key, configMaps }: { readonly key: ObjectKey; readonly configMaps: Writes<ConfigMap> },
  signal: AbortSignal,
): Promise<void> {
  const name = handoverName(splitKey(key).name)
  return writeConfigMap(key, { name, data, replace: true, over }, configMaps, signal)
}
