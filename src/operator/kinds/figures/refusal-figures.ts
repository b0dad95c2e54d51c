import { refusedOnPurpose } from '../../../api/attention.ts'
import type { ConditionFigure } from '../../../telemetry/condition-metrics.ts'
import type { RefusalFigure } from '../../../telemetry/tenant-metrics.ts'

/** How many tenants ask for what they may not have, by what it is; also where it is none, so that a graph begins at 0. */
export function refusalFigures(conditions: Iterable<ConditionFigure>): readonly RefusalFigure[] {
  const counts = new Map<string, number>(refusedOnPurpose.map(reason => [reason, 0]))
  for (const { type, status, reason, count } of conditions)
    if (type === 'Ready' && status === 'False' && counts.has(reason)) counts.set(reason, count)
  return [...counts].map(([reason, count]) => ({ reason, count }))
}
