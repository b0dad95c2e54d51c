/** Conditions as kstatus reads them: Ready always; Reconciling and Stalled only while true, never both. */
import { toTimestamp } from '../core/timestamp.ts'
import { wantedSo } from './attention.ts'
import type { ConditionType } from './definition/condition-type.ts'
import {
  array,
  integer,
  object,
  oneOf,
  optional,
  type Schema,
  string,
  timestamp,
} from './definition/schema.ts'

export type ConditionStatus = 'True' | 'False' | 'Unknown'

export interface Condition<Type extends string = string, Reason extends string = string> {
  readonly type: Type
  readonly status: ConditionStatus
  readonly reason: Reason
  readonly message: string
  /** ISO 8601 in whole seconds. Changes only when `status` does. */
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

/** What a controller says of a condition. The rest follows from what the condition was before. */
export type ConditionUpdate<Type extends string = string, Reason extends string = string> = Pick<
  Condition<Type, Reason>,
  'type' | 'status' | 'reason' | 'message'
>

export function findCondition<C extends Pick<Condition, 'type'>>(
  conditions: readonly C[] | undefined,
  type: C['type'],
): C | undefined {
  return conditions?.find(condition => condition.type === type)
}

/** Whether the condition is True. Unknown, or missing, is not. */
export function isTrue<C extends Pick<Condition, 'type' | 'status'>>(
  conditions: readonly C[] | undefined,
  type: C['type'],
): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

export interface MergeOptions {
  /** `metadata.generation` of the object that was looked at; absent only on objects never stored. */
  readonly generation: number | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Those of every kind. */
export const progressTypes = {
  Reconciling: { meaning: 'there only while work is under way.' },
  Stalled: { meaning: 'there only while nothing but a change of the object helps.', good: 'False' },
} as const satisfies Readonly<Record<string, ConditionType>>

/** Work goes on, somebody wants it so, or Ready says it already. `Ready` itself is amiss all the same. */
const quietAnywhere: ReadonlySet<string> = new Set(['Progressing', ...wantedSo, 'Blocked'])

/** Whether somebody should look at it. */
export function isAmiss(
  types: Readonly<Record<string, ConditionType>>,
  { type, status, reason }: Pick<Condition, 'type' | 'status' | 'reason'>,
): boolean {
  const { good, quiet = [], failing = [] } = (Object.hasOwn(types, type) ? types[type] : undefined) ?? {}
  if (good === undefined) return false
  if (status === good) return failing.includes(reason)
  if (type === 'Ready') return true
  return !quiet.includes(reason) && !quietAnywhere.has(reason)
}

const onlyWhileTrue: ReadonlySet<string> = new Set(['Reconciling', 'Stalled'])

/** What a condition says whose words stand in Ready already. Tools show the words of Ready, Reconciling and Stalled. */
export const readySays = 'Ready says why.'

/** What a condition has to say, wherever the words stand. */
export function messageOf<C extends Pick<Condition, 'type' | 'message'>>(
  condition: C,
  conditions: readonly C[] | undefined,
): string {
  if (condition.message !== readySays) return condition.message
  return findCondition(conditions, 'Ready')?.message ?? readySays
}

/**
 * The full new list, in the order of `next`: what `next` does not name is dropped. Reconciling and Stalled are left out
 * unless True, and Reconciling gives way to Stalled. What Ready says is not said again. Equal input gives deep-equal
 * output, whatever the time.
 */
export function mergeConditions<Type extends string, Reason extends string>(
  previous: readonly Condition[] | undefined,
  next: readonly ConditionUpdate<Type, Reason>[],
  { generation, now }: MergeOptions,
): readonly Condition<Type, Reason>[] {
  const stalled = isTrue<Pick<Condition, 'type' | 'status'>>(next, 'Stalled')
  const shown = next.filter(
    ({ type, status }) =>
      !onlyWhileTrue.has(type) || (status === 'True' && !(stalled && type === 'Reconciling')),
  )
  const ready = next.find(({ type }) => type === 'Ready')
  return shown.map(({ type, status, reason, message: words }) => {
    const isTold = ready?.message === words && type !== 'Ready' && !onlyWhileTrue.has(type)
    const message = isTold ? readySays : words
    const before = findCondition(previous, type)
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : toTimestamp(now)
    const observed = generation === undefined ? {} : { observedGeneration: generation }
    return { type, status, reason, message, lastTransitionTime, ...observed }
  })
}

/** Types and reasons are checked by the compiler alone. The API server takes any, so that versions can differ. */
export function conditionsSchema<Type extends string, Reason extends string>(
  types: Readonly<Record<Type, ConditionType>>,
): Schema<readonly Condition<Type, Reason>[]> {
  const listed = Object.entries<ConditionType>(types).map(([type, { meaning }]) => `${type}: ${meaning}`)
  const item = object('One condition.', {
    type: string(`Which question it answers. ${listed.join(' ')}`, { minLength: 1, maxLength: 316 }),
    status: oneOf('The answer.', ['True', 'False', 'Unknown']),
    reason: string('Why, in one word; the reference lists them all.', { minLength: 1, maxLength: 1024 }),
    message: string('Why, in a sentence, and what to do next.', { maxLength: 32_768 }),
    lastTransitionTime: timestamp('When the status last changed.'),
    observedGeneration: optional(
      integer('The generation of the object that this was said of.', { minimum: 0, format: 'int64' }),
    ),
  })
  const list = array('What is the case now, as kstatus reads it.', item, {
    listType: 'map',
    mapKeys: ['type'],
  })
  return list as Schema<readonly Condition<Type, Reason>[]>
}
