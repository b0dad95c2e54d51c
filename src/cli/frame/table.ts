import { UsageError, type Flags } from '../../config/flags.ts'
import type { Terminal } from './command.ts'

/** Flags of every command that shows something. */
export const outputFlags = {
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    default: 'table',
    description: 'table for people, json for programs',
  },
} as const satisfies Flags

export type OutputFormat = 'table' | 'json'

/** @throws UsageError */
export function outputFormat(text: string): OutputFormat {
  if (text === 'table' || text === 'json') return text
  throw new UsageError(`--output is "${text}"; it takes table or json`)
}

export function writeJson(terminal: Terminal, value: unknown): void {
  terminal.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Columns as wide as their longest cell, as kubectl prints them. Cells lose what could move the cursor. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = [head, ...rows].map(row => row.map(printable))
  const widths = head.map((_, at) => Math.max(...clean.map(row => lengthOf(row[at] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell)))
      .join('   ')
      .trimEnd()
  return `${clean.map(line).join('\n')}\n`
}

/** Characters, not UTF-16 units. */
function lengthOf(cell: string): number {
  return Array.from(cell).length
}

/** What came from a cluster or a server, fit for a terminal: no control characters, so nothing it could steer. */
export function printable(text: string): string {
  // Newlines become spaces; the rest of C0, C1 and DEL, and the marks that turn the direction of text, vanish.
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
}
