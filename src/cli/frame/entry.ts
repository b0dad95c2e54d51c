import type { Command } from './command.ts'

/** A command is loaded when it is asked for, as some need heavy libraries. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Which rights the caller has to have; nothing, if it is not said. */
  readonly needs?: string
  load(): Promise<Command>
}

/** Commands that share a first word. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly commands: readonly CommandEntry[]
}

/** A word that was renamed: it is not listed, and its answer names the new words. */
export interface MovedEntry {
  readonly name: string
  readonly now: string
}

export type Entry = CommandEntry | CommandGroup | MovedEntry
