/** Which answers of an object are worse than they were. */
import { findCondition, isAmiss, type Condition } from '../../../src/api/conditions.ts'
import type { ConditionType } from '../../../src/api/definition/condition-type.ts'

type Answer = Pick<Condition, 'type' | 'status' | 'reason'>

/**
 * Each as a sentence. Ready is to stay as it was, whatever it was; of the others, none may begin to call for somebody.
 */
export function worsened(
  types: Readonly<Record<string, ConditionType>>,
  before: readonly Answer[],
  now: readonly Answer[],
): readonly string[] {
  const isWorse = (answer: Answer): boolean => {
    const former = findCondition(before, answer.type)
    if (answer.type === 'Ready') return former?.status !== answer.status
    return isAmiss(types, answer) && !(former !== undefined && isAmiss(types, former))
  }
  const lost = findCondition(before, 'Ready') !== undefined && findCondition(now, 'Ready') === undefined
  return [
    ...(lost ? ['Ready is gone'] : []),
    ...now.filter(isWorse).map(({ type, status, reason }) => {
      const former = findCondition(before, type)
      const was = former === undefined ? 'not there' : `${former.status} ${former.reason}`
      return `${type} was ${was} and is ${status} ${reason}`
    }),
  ]
}
