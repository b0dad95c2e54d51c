import { oneOf } from '../../config/flag-values.ts'
import type { Flags } from '../../config/flags.ts'
import type { Terminal } from './command.ts'

/** Flags of every command that shows something. */
export const outputFlags = {
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    default: 'table',
    description: 'table for people, json for programs',
    parse: oneOf('table', 'json'),
  },
} as const satisfies Flags

export function writeJson(terminal: Terminal, value: unknown): void {
  terminal.write(`${JSON.stringify(value, null, 2)}\n`)
}
