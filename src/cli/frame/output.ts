import { oneOf } from '../../config/flag-values.ts'
import type { Flags } from '../../config/flags.ts'
import type { Terminal } from './command.ts'
import { yamlText } from './yaml-text.ts'

/** Flags of every command that shows something. */
export const outputFlags = {
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    default: 'table',
    description: 'table for people, json or yaml for programs',
    parse: oneOf('table', 'json', 'yaml'),
  },
} as const satisfies Flags

/** Flags of every command that lists objects. */
export const listFlags = {
  output: {
    ...outputFlags.output,
    description: 'table for people, wide with more columns, name with names alone; json or yaml for programs',
    parse: oneOf('table', 'wide', 'name', 'json', 'yaml'),
  },
} as const satisfies Flags

export type DataFormat = 'json' | 'yaml'

export function isData(format: string): format is DataFormat {
  return format === 'json' || format === 'yaml'
}

export function writeData(terminal: Terminal, format: DataFormat, value: unknown): void {
  const json = JSON.stringify(value, null, 2)
  terminal.write(format === 'json' ? `${json}\n` : yamlText(JSON.parse(json)))
}
