import { systemClock } from '../../core/clock.ts'
import type { Progress } from '../../dev/progress.ts'
import type { Terminal } from './command.ts'
import { stylesFor } from './styles.ts'

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
