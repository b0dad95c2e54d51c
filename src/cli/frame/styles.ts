import type { Terminal } from './command.ts'

export interface Styles {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
  readonly strong: (text: string) => string
}

/** Colours where a person watches, unless NO_COLOR or TERM=dumb says otherwise; else plain text. */
export function stylesFor(terminal: Terminal): Styles {
  const { NO_COLOR, TERM } = terminal.environment
  const coloured = terminal.interactive && !NO_COLOR && TERM !== 'dumb'
  const wrap = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { good: wrap(32), bad: wrap(31), faint: wrap(2), strong: wrap(1) }
}
