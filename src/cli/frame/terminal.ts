import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { systemClock } from '../../core/clock.ts'
import type { Terminal } from './command.ts'

const sameSignalMs = 500

/** The real process: its streams, its environment, and one signal for SIGINT and SIGTERM. */
export function processTerminal(): Terminal {
  const stop = new AbortController()
  let askedAt: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    const now = systemClock.monotonic()
    askedAt ??= now
    // A second Ctrl-C means "now". If it follows at once, it is the first one again: the terminal sends a Ctrl-C to the
    // whole process group, and npm, which is in it, passes it on.
    if (now - askedAt > sameSignalMs) process.exit(name === 'SIGINT' ? 130 : 143)
    stop.abort(new DOMException(`received ${name}`, 'AbortError'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    environment: process.env,
    interactive: process.stdout.isTTY && process.stdin.isTTY,
    redraws: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    get columns() {
      return process.stderr.isTTY ? process.stderr.columns : undefined
    },
    write: chunk => void process.stdout.write(chunk),
    complain: chunk => void process.stderr.write(chunk),
    readInput: () => text(process.stdin),
    ask: question => ask(question, stop.signal),
    signal: stop.signal,
    clock: systemClock,
  }
}

/** On standard error, so that the question is seen where the output goes to a file. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question, { signal })
  } finally {
    lines.close()
  }
}
