/** An object's chain of checks, for people and for programs. Pure. */
import { annotations } from '../../api/labels.ts'
import type { Terminal } from '../frame/command.ts'
import { stylesFor } from '../frame/styles.ts'
import { printable } from '../frame/table.ts'
import type { ChainStep, Judgeable } from './steps/chain.ts'

export interface Explanation {
  readonly object: Judgeable & { readonly status?: { readonly plan?: readonly string[] | undefined } }
  /** `ConnectorTenant tenants/acme`. */
  readonly title: string
  /** What it is, behind the title. */
  readonly about: string
  /** The same for programs. */
  readonly facts: Readonly<Record<string, string>>
  readonly steps: readonly (ChainStep & { readonly title: string })[]
  /** What all steps together come to, once each has passed. */
  readonly verdict: string
  /** It is served though something beside it is amiss, so that not all can be looked at: that, and what to do. */
  readonly standing?: string | undefined
  /** The statement behind a step of `status.plan`; undefined where there is none, or the caller may not see it. */
  readonly statementOf: (planned: string) => string | undefined
}

export function isServed({ steps, standing }: Explanation): boolean {
  return steps.every(({ result }) => result === 'passed' || (result === 'unknown' && standing !== undefined))
}

export function explanationAsJson(explanation: Explanation) {
  const { facts, object, steps, statementOf } = explanation
  const plan = object.status?.plan ?? []
  return {
    ...facts,
    served: isServed(explanation),
    observing: isObserving(object),
    steps: steps.map(({ name, result, text }) => ({ name, result, text })),
    plan,
    statements: plan.map(statementOf).filter(statement => statement !== undefined),
  }
}

export function renderExplanation(explanation: Explanation, terminal: Terminal): string {
  const { good, bad, faint, strong } = stylesFor(terminal)
  const marks = {
    passed: good('ok   '),
    failed: bad('FAILS'),
    unknown: faint('?    '),
    notReached: faint('-    '),
  }
  const { title, about, steps, verdict, standing } = explanation
  const lines = steps.map(
    ({ title: step, result, text }) =>
      `  ${step.padEnd(17)}${marks[result]}  ${result === 'notReached' ? faint('not reached') : printable(text)}`,
  )
  const failed = steps.find(({ result }) => result === 'failed')
  const unknown = steps.find(({ result }) => result === 'unknown')
  const end =
    failed !== undefined
      ? `${bad('What to do:')} ${printable(failed.text)}`
      : standing !== undefined
        ? printable(standing)
        : unknown === undefined
          ? good(verdict)
          : `Nothing that can be seen stands against it; of "${unknown.title}" it cannot be told.`
  return `${[`${strong(title)}: ${about}`, ...lines, ...observing(explanation), end].join('\n')}\n`
}

function isObserving({ metadata }: Judgeable): boolean {
  return metadata.annotations?.[annotations.mode] === 'Observe'
}

function observing({ object, statementOf }: Explanation): readonly string[] {
  const plan = object.status?.plan ?? []
  if (!isObserving(object) && plan.length === 0) return []
  const until = isObserving(object)
    ? `until the annotation ${annotations.mode} is removed`
    : 'as long as the operator runs with --dry-run'
  const head = `It is only observed: nothing is changed ${until}. What would be done:`
  const lines = plan.flatMap(step => {
    const statement = statementOf(step)
    return [`  ${printable(step)}`, ...(statement === undefined ? [] : [`    ${printable(statement)}`])]
  })
  return [head, ...(lines.length === 0 ? ['  nothing'] : lines)]
}
