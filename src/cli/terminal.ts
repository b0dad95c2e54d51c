import { text } from 'node:stream/consumers'
import type { Terminal } from './command.ts'

/** The real process: its streams, its environment, and one signal for SIGINT and SIGTERM. */
export function processTerminal(): Terminal {
  const stop = new AbortController()
  let asked = 0
  const onSignal = (name: NodeJS.Signals): void => {
    asked += 1
    // A second Ctrl-C means "now": whoever asks twice does not want to wait for a graceful end.
    if (asked > 1) process.exit(name === 'SIGINT' ? 130 : 143)
    stop.abort(new DOMException(`received ${name}`, 'AbortError'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    environment: process.env,
    interactive: process.stdout.isTTY && process.stdin.isTTY,
    write: chunk => void process.stdout.write(chunk),
    complain: chunk => void process.stderr.write(chunk),
    readInput: () => text(process.stdin),
    signal: stop.signal,
  }
}
