/** Decides what to change in a PartnerKey, and makes that change in the cluster. */
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { isKubeError } from '../../kube/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { readPartnerKey } from '../partner-key/read.ts'
import type { ChangeAnswer, Refusal, SpecChange } from './change.ts'

export type Ask = (partnerKey: PartnerKey, cluster: Cluster, signal: AbortSignal) => Promise<ChangeAnswer>

interface Changed {
  /** As it was decided on. */
  readonly partnerKey: PartnerKey
  readonly answer: SpecChange
}

export interface Applying {
  readonly ask: Ask
  readonly apply: boolean
  /** Asked before a change is applied, also before it is tried again. */
  readonly confirm: (answer: SpecChange) => Promise<boolean>
  readonly cluster: Cluster
}

const mostTries = 5

/**
 * Applies a change only to the very version of the object that it was decided on, and decides anew after a conflict:
 * once the rollout is complete, or the object another one, the same change means something else.
 * @throws KubeError, `conflict` when somebody else changes it time and again
 */
export async function decideAndApply(
  keyName: string,
  { ask, apply, confirm, cluster }: Applying,
  signal: AbortSignal,
): Promise<Changed | Refusal> {
  for (let tries = 1; ; tries++) {
    const partnerKey = await readPartnerKey(cluster, keyName, signal)
    const answer = await ask(partnerKey, cluster, signal)
    if ('refused' in answer) return answer
    if (!apply) return { partnerKey, answer }
    if (!(await confirm(answer))) return { refused: 'not confirmed, so nothing was changed' }
    const { uid, resourceVersion } = partnerKey.metadata
    const patch = { metadata: { uid, resourceVersion }, spec: answer.spec }
    try {
      await cluster.partnerKeys.mergePatch(keyOf(partnerKey), patch, signal)
      return { partnerKey, answer }
    } catch (error) {
      if (!isKubeError(error, 'conflict') || tries >= mostTries) throw error
    }
  }
}
