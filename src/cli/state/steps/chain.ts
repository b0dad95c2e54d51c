/**
 * A chain of the operator's checks on one object, told step by step: by the checks themselves where the caller may read
 * what they look at, else by the object's conditions. Pure.
 */
import { findCondition, messageOf, type Condition } from '../../../api/conditions.ts'
import { keyOf, type KubeObject } from '../../../api/object.ts'

export interface ChainStep<Name extends string = string> {
  readonly name: Name
  /** `notReached`: an earlier step has failed. */
  readonly result: 'passed' | 'failed' | 'unknown' | 'notReached'
  /** What is the case, and for a failed step what to do. */
  readonly text: string
}

export type Judged = Omit<ChainStep, 'name'>

export const notReached: Judged = { result: 'notReached', text: '' }

export function passed(text: string): Judged {
  return { result: 'passed', text }
}

export function failed(text: string): Judged {
  return { result: 'failed', text }
}

export function unknown(text: string): Judged {
  return { result: 'unknown', text }
}

/** An object with a status as ours have it. */
export interface Judgeable extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[] | undefined
    readonly observedGeneration?: number | undefined
  }
}

export interface Chain<Name extends string> {
  /** In which an object is judged. */
  readonly order: readonly Name[]
  /** The step that a reason of Ready is about. Other reasons are about none in particular. */
  readonly blamed: Readonly<Record<string, Name>>
}

/** @param judge is told whether an earlier step has failed */
export function walk<Name extends string>(
  { order }: Chain<Name>,
  judge: (name: Name, hasFailed: boolean) => Judged,
): readonly ChainStep<Name>[] {
  const steps: ChainStep<Name>[] = []
  for (const name of order) {
    const hasFailed = steps.some(({ result }) => result === 'failed')
    steps.push({ name, ...judge(name, hasFailed) })
  }
  return steps
}

/** What the conditions say of a step. The operator names the first that failed, so earlier ones have passed. */
export function operatorsWord<Name extends string>(
  name: Name,
  object: Judgeable,
  { order, blamed }: Chain<Name>,
): Judged {
  const ready = currentCondition(object, 'Ready')
  if (ready === undefined) return notLookedAt
  const place = blamed[ready.reason]
  if (place === name && ready.status === 'False') return failed(ready.message)
  const isPast =
    ready.status === 'True' || (place !== undefined && order.indexOf(place) > order.indexOf(name))
  return isPast
    ? passed('as the operator says; you may not read what it rests on')
    : unknown('you may not read what it rests on, and the operator does not say')
}

/** @param live undefined where the caller may not read what the check looks at */
export function liveOrTold(live: Judged | undefined, said: Judged): Judged {
  if (live === undefined) return said
  if (live.result === 'failed' || said.result !== 'failed') return live
  return unknown(`it looks right now, but what the operator said last is: ${said.text}`)
}

export const notLookedAt = unknown(
  'the operator has not looked at the latest change yet; if that stays so, see whether it runs',
)

/** With its words, wherever they stand. Undefined also for a condition that tells of an earlier spec. */
export function currentCondition({ metadata, status }: Judgeable, type: string): Condition | undefined {
  const condition = findCondition(status?.conditions, type)
  const seen = condition?.observedGeneration ?? status?.observedGeneration ?? 0
  if (condition === undefined || seen < (metadata.generation ?? 0)) return undefined
  return { ...condition, message: messageOf(condition, status?.conditions) }
}

/** In the words of the object that another one depends on. */
export function toldBy(kind: string, object: KubeObject, { reason, message }: Condition): string {
  return `${kind} ${keyOf(object)} says ${reason}: ${message}`
}
