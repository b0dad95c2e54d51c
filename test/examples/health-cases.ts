/** What GitOps tools should think of an object. `inProgress` is waited for, `current` is not, `failed` is told at once. */
import type { ConditionStatus } from '../../src/api/conditions.ts'

export interface HealthCase {
  readonly what: string
  readonly object: object
  readonly argo: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended'
  readonly flux: 'current' | 'inProgress' | 'failed'
}

type Said = readonly [type: string, status: ConditionStatus, reason: string]

function seen(conditions: readonly Said[], observedGeneration = 2): object {
  const said = conditions.map(([type, status, reason]) => ({ type, status, reason, message: 'why' }))
  return { metadata: { name: 'a', generation: 2 }, status: { observedGeneration, conditions: said } }
}

function one(
  what: string,
  object: object,
  [argo, flux]: readonly [HealthCase['argo'], HealthCase['flux']],
): HealthCase {
  return { what, object, argo, flux }
}

const person = ['Suspended', 'current'] as const
const waiting = ['Progressing', 'inProgress'] as const

export const healthCases: readonly HealthCase[] = [
  one('nobody has looked at', { metadata: { name: 'a', generation: 1 }, status: {} }, waiting),
  one('was changed since', seen([['Ready', 'True', 'Ready']], 1), waiting),
  one('is ready', seen([['Ready', 'True', 'Ready']]), ['Healthy', 'current']),
  one('waits for DataLens, and can mint', seen([['Ready', 'True', 'HandoverReady']]), ['Healthy', 'current']),
  one(
    'waits for DataLens',
    seen([
      ['Ready', 'False', 'AwaitingKey'],
      ['Reconciling', 'True', 'AwaitingKey'],
    ]),
    person,
  ),
  one('is suspended', seen([['Ready', 'Unknown', 'Suspended']]), person),
  one('is suspended, and was ready', seen([['Ready', 'True', 'Suspended']]), person),
  one('is only observed', seen([['Ready', 'Unknown', 'Observing']]), person),
  one(
    'is worked on',
    seen([
      ['Ready', 'False', 'Progressing'],
      ['Reconciling', 'True', 'Progressing'],
    ]),
    waiting,
  ),
  one(
    'waits for ClickHouse',
    seen([
      ['Ready', 'False', 'Unreachable'],
      ['Reconciling', 'True', 'Unreachable'],
    ]),
    waiting,
  ),
  one(
    'asks for what it may not have',
    seen([
      ['Ready', 'False', 'NamespaceNotAllowed'],
      ['Stalled', 'True', 'NamespaceNotAllowed'],
    ]),
    ['Degraded', 'failed'],
  ),
]
