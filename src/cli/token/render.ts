/** Checks of a token and what they come to, as lines for people. */
import type { Terminal } from '../frame/command.ts'
import { stylesFor } from '../frame/styles.ts'
import { printable } from '../frame/table.ts'

export interface TokenCheck {
  readonly name: string
  readonly result: 'good' | 'bad' | 'unknown'
  readonly text: string
}

interface Checked {
  readonly accepted: boolean
  readonly checks: readonly TokenCheck[]
  readonly conclusion: string
}

export function renderChecks({ accepted, checks, conclusion }: Checked, terminal: Terminal): string {
  const { good, bad, faint } = stylesFor(terminal)
  const marks = { good: good('ok   '), bad: bad('WRONG'), unknown: faint('?    ') }
  const lines = checks.map(
    ({ name, result, text }) => `  ${name.padEnd(11)}${marks[result]}  ${printable(text)}`,
  )
  return `${[...lines, accepted ? good(conclusion) : bad(conclusion)].join('\n')}\n`
}
