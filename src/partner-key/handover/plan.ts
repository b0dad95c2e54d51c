/** Whether the hand-over ConfigMap says what it should. Pure. */
import { handoverName } from '../../api/names.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { KeyProblem } from '../problem.ts'
import { handoverData, handoverServer } from './handover.ts'
import type { HandoverObserved } from './observed.ts'
import type { HandoverStep } from './steps.ts'

export function planHandover(seen: HandoverObserved, atHand: KeyRingEntry): readonly HandoverStep[] {
  const { connection, handoverMap, partnerKey } = seen
  const version = partnerKey.spec.keyVersion
  const key = atHand.partner.get(version)
  if (key === undefined || connection === undefined || handoverMap.foreign !== undefined) return []
  const data = handoverData({ version, ...key }, handoverServer(connection))
  const { object, tidy } = handoverMap
  return tidy && object !== undefined && sameData(object.data, data)
    ? []
    : [{ kind: 'writeHandover', data, over: object }]
}

export function handoverProblem({ handoverMap, partnerKey }: HandoverObserved): KeyProblem | undefined {
  if (handoverMap.foreign === undefined) return undefined
  const name = handoverName(partnerKey.metadata.name)
  const message = `ConfigMap "${name}" is not ours (${handoverMap.foreign}), and what is to be sent to DataLens needs that name. Remove or rename it.`
  return { reason: 'SecretConflict', message, weight: 'stalled' }
}

function sameData(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>>): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(b).every(([name, text]) => a[name] === text)
  )
}
