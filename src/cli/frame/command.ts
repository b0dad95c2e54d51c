import { describeFlags, type Flags } from '../../config/flags.ts'
import type { Clock } from '../../core/clock.ts'

/** All that a command uses of its process. Tests give it another. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether a person watches: colours, progress that overwrites itself, questions. */
  readonly interactive: boolean
  /** Whether complaints go to a terminal that lets a line be drawn over. */
  readonly redraws: boolean
  /** Characters in a line of that terminal; undefined where nobody knows. */
  readonly columns?: number | undefined
  write(text: string): void
  /** Progress and errors; never mixed with what a script reads. */
  complain(text: string): void
  /** All of standard input, as text. */
  readInput(): Promise<string>
  /** One line from the person who watches. Only where `interactive`. */
  ask(question: string): Promise<string>
  /** Aborts at SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** Exit codes, the same for every command. */
export const exitCode = {
  done: 0,
  /** It ran, and something did not hold or could not be done. */
  failed: 1,
  /** Wrong flags, arguments or configuration. */
  usage: 2,
  /** A time-out that the caller set has passed. */
  timeout: 3,
  /** Another replica leads, or soon will. */
  leadLost: 4,
} as const

export interface Command {
  readonly name: string
  readonly summary: string
  /** The line after `Usage:`, without the program's name. */
  readonly usage: string
  readonly flags: Flags
  /** What its first argument may be, where that is one of a few words. */
  readonly firstWords?: readonly string[]
  /** More help: what it prints, its exit codes, an example. */
  readonly notes?: string
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

export function helpOf(command: Command): string {
  const flags = Object.keys(command.flags).length === 0 ? '' : `\n\nFlags:\n${describeFlags(command.flags)}`
  const notes = command.notes === undefined ? '' : `\n\n${command.notes}`
  return `${command.summary}\n\nUsage: lenskeeper ${command.usage}${flags}\n  -h, --help  this text${notes}\n`
}
