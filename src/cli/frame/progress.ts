import { systemClock } from '../../core/clock.ts'
import type { Progress } from '../../dev/progress.ts'
import type { Terminal } from './command.ts'

export interface Styles {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
  readonly strong: (text: string) => string
}

/** Colours where a person looks on who has not said otherwise (NO_COLOR, TERM=dumb); else plain text. */
export function stylesFor(terminal: Terminal): Styles {
  const { NO_COLOR, TERM } = terminal.environment
  const coloured = terminal.interactive && !NO_COLOR && TERM !== 'dumb'
  const wrap = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { good: wrap(32), bad: wrap(31), faint: wrap(2), strong: wrap(1) }
}

const labelWidth = 16

/**
 * One line for each thing done, with the seconds it took. On a terminal the last line says what is under way, and
 * is overwritten.
 */
export function showProgress(terminal: Terminal): Progress & { close(): void } {
  const { good, faint } = stylesFor(terminal)
  const underWay = new Set<string>()
  const print = (line: string): void => {
    const erase = terminal.interactive ? '\r\u001b[2K' : ''
    const waiting = [...underWay].join(', ')
    const last = terminal.interactive && waiting ? faint(`… ${waiting}`) : ''
    terminal.complain(`${erase}${line}${last}`)
  }
  return {
    begin(what) {
      const started = systemClock.monotonic()
      underWay.add(what)
      print('')
      return result => {
        underWay.delete(what)
        const seconds = `${((systemClock.monotonic() - started) / 1000).toFixed(1)} s`
        print(`${good('✓')} ${what.padEnd(labelWidth)} ${result ?? ''} ${faint(`(${seconds})`)}\n`)
      }
    },
    note: line => print(`  ${line}\n`),
    /** Takes the line about what is under way off the screen. */
    close() {
      underWay.clear()
      print('')
    },
  }
}
