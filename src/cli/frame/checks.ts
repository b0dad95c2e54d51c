/** Checks of a token and what they come to, as lines for people. */
import type { Terminal } from './command.ts'
import { stylesFor } from './styles.ts'
import { printable } from './table.ts'

export interface ShownCheck {
  readonly name: string
  readonly result: 'good' | 'bad' | 'unknown'
  readonly text: string
}

interface Checked {
  readonly accepted: boolean
  readonly checks: readonly ShownCheck[]
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
