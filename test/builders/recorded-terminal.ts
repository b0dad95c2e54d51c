import type { Terminal } from '../../src/cli/frame/command.ts'
import { systemClock } from '../../src/core/clock.ts'

export interface RecordedTerminal extends Terminal {
  readonly output: string
  readonly complaints: string
}

/** A terminal that remembers what was written to it. Nobody watches: no colours, nothing overwritten. */
export function recordedTerminal(
  options: Partial<Terminal> & { readonly input?: string } = {},
): RecordedTerminal {
  const { input = '', ...rest } = options
  let output = ''
  let complaints = ''
  return {
    environment: {},
    interactive: false,
    redraws: false,
    readInput: () => Promise.resolve(input),
    ask: () => Promise.reject(new Error('nobody is there to ask')),
    signal: new AbortController().signal,
    clock: systemClock,
    ...rest,
    write: chunk => void (output += chunk),
    complain: chunk => void (complaints += chunk),
    get output() {
      return output
    },
    get complaints() {
      return complaints
    },
  }
}
