import type { Logger } from '../log.ts'
import { logLevels, type LogLevel, type Verbosity } from '../verbosity.ts'

/** At which level a line is seen while so much is logged, `info` if that is enough. */
const seenAt = { debug: 'info', info: 'info', warn: 'warn', error: 'error', silent: 'error' } as const

/**
 * Sets it, and has that stand in the log whatever it is: silence that somebody asked for looks like a program that hangs.
 * So the line is written while more is logged, before or after.
 */
export function changeLevel(verbosity: Verbosity, to: LogLevel, log: Logger): void {
  const from = verbosity.level
  if (from === to) return
  const saysMore = logLevels.indexOf(to) < logLevels.indexOf(from)
  if (saysMore) verbosity.level = to
  log[seenAt[verbosity.level]]({ from, to }, 'the log level was changed')
  verbosity.level = to
}
