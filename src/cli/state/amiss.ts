/** What of an object somebody should look at. Pure. */
import { isAmiss, messageOf, type Condition } from '../../api/conditions.ts'
import type { ConditionType } from '../../api/definition/condition-type.ts'

/** One cause often shows in several conditions, each in words of its own: it is told once, by the first. That is Ready. */
export function amiss(
  conditions: readonly Condition[] = [],
  types: Readonly<Record<string, ConditionType>>,
): readonly Condition[] {
  const found = conditions.filter(condition => isAmiss(types, condition))
  const stops = found.some(({ type }) => type === 'Ready')
  const told = new Map<string, Condition>()
  for (const condition of found) {
    // What was not looked at, because of that which stops it.
    if (stops && condition.status === 'Unknown' && condition.type !== 'Ready') continue
    if (told.has(condition.reason)) continue
    told.set(condition.reason, { ...condition, message: messageOf(condition, conditions) })
  }
  return [...told.values()]
}
