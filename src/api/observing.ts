/** The one face of observe mode: what `Ready` says of an object for which nothing may be changed. */
import { andMore } from '../core/text/list-text.ts'
import { findCondition, type Condition, type ConditionUpdate } from './conditions.ts'

type Ready<Reason extends string> = ConditionUpdate<'Ready', Reason>

export interface Observation<Reason extends string> {
  /** What is so in observe mode, too, such as a fault or a suspension. It keeps its reason. */
  readonly standing: Ready<Reason> | undefined
  /** What was found. Absent if only a change would tell: `Ready` then stays as it was. */
  readonly found: (Pick<Ready<Reason>, 'status'> & Partial<Pick<Ready<Reason>, 'message'>>) | undefined
  /** What would be done, in words and in order. */
  readonly steps: readonly string[]
  readonly previous: readonly Condition[] | undefined
}

export function readyWhileObserving<Reason extends string>(
  observation: Observation<Reason>,
): Ready<Reason | 'Observing'> {
  const { standing, found, steps, previous } = observation
  const sentence = wouldDo(steps)
  if (standing !== undefined) {
    return steps.length === 0 ? standing : { ...standing, message: `${standing.message} ${sentence}` }
  }
  const status = found?.status ?? findCondition(previous, 'Ready')?.status ?? 'Unknown'
  const message = found?.message === undefined ? sentence : `${sentence} ${found.message}`
  return { type: 'Ready', status, reason: 'Observing', message }
}

const mostNamed = 20

function wouldDo(steps: readonly string[]): string {
  if (steps.length === 0) return 'Observing: there is nothing to change.'
  const left = steps.length - mostNamed
  const named = left > 0 ? [...steps.slice(0, mostNamed), andMore(left)] : steps
  return `Observing: nothing is changed. Would be done: ${named.join('; ')}.`
}
