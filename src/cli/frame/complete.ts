/** What may come next on a command line. Shells and kubectl ask for it; it asks no cluster. */
import type { Flag, Flags } from '../../config/flags.ts'
import type { Command } from './command.ts'
import type { CommandEntry, CommandGroup, Entry } from './entry.ts'

export interface Suggestion {
  readonly word: string
  readonly description: string
}

export interface Suggestions {
  readonly words: readonly Suggestion[]
  /** Whether a file may stand there. */
  readonly files: boolean
}

const help: Suggestion = { word: '--help', description: 'what it does' }
const nothing: Suggestions = { words: [], files: false }

/** @param line the words after the program's name; the last one is not finished, and may be empty */
export async function suggest(entries: readonly Entry[], line: readonly string[]): Promise<Suggestions> {
  const [word = '', ...rest] = line
  const listed = entries.filter(entry => 'summary' in entry)
  if (rest.length === 0) return only(listed.map(describeEntry), word)
  const entry = listed.find(({ name }) => name === word)
  if (entry === undefined) return nothing
  if ('commands' in entry) return await suggest(entry.commands, rest)
  return suggestIn(await entry.load(), rest)
}

function describeEntry({ name, summary }: CommandEntry | CommandGroup): Suggestion {
  return { word: name, description: summary }
}

function suggestIn({ flags, usage, firstWords = [] }: Command, line: readonly string[]): Suggestions {
  const words = apart(line)
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const takesFiles = /FILE|DIR/.test(usage.replaceAll(/(?<![\w-])--\S+ \S+/g, ''))
  if (before.includes('--')) return { words: [], files: takesFiles }
  const awaiting = valueFlag(flags, before.at(-1))
  if (awaiting !== undefined) return valuesOf(awaiting, typed)
  if (typed.startsWith('-')) return only([...flagWords(flags, before), help], typed)
  const argument = before.filter((word, at) => !word.startsWith('-') && !valueFlag(flags, before[at - 1]))
  if (argument.length > 0) return { words: [], files: takesFiles }
  const first = only(
    firstWords.map(word => ({ word, description: '' })),
    typed,
  )
  return { ...first, files: takesFiles }
}

/** Flag and value as two words, however they came: `--output=js` is one of kubectl and three of bash. */
function apart(line: readonly string[]): readonly string[] {
  return line.flatMap((word, at) => {
    const isLast = at === line.length - 1
    if (word === '=' && line[at - 1]?.startsWith('--') === true) return isLast ? [''] : []
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    return flag === undefined || value === undefined ? [word] : [flag, value]
  })
}

/** The flag whose value comes after this word. */
function valueFlag(flags: Flags, word: string | undefined): Flag | undefined {
  const found = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  )
  return found?.[1].type === 'string' ? found[1] : undefined
}

function valuesOf({ parse, placeholder = '' }: Flag, typed: string): Suggestions {
  const words = parse?.words ?? []
  const found = only(
    words.map(word => ({ word, description: '' })),
    typed,
  )
  return { ...found, files: words.length === 0 && /FILE|DIR/.test(placeholder) }
}

/** Those that are not there yet, and those that may come again. */
function flagWords(flags: Flags, before: readonly string[]): readonly Suggestion[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.multiple === true || !isGiven(name, flag, before))
    .map(([name, { description }]) => ({ word: `--${name}`, description }))
}

function isGiven(name: string, { short }: Flag, before: readonly string[]): boolean {
  return before.some(word => word === `--${name}` || (short !== undefined && word === `-${short}`))
}

function only(all: readonly Suggestion[], typed: string): Suggestions {
  return { words: all.filter(({ word }) => word.startsWith(typed)), files: false }
}

/** As kubectl reads it: a line each, and then whether files may stand there (0) or not (4). */
export function formatSuggestions({ words, files }: Suggestions): string {
  const lines = words.map(({ word, description }) => (description === '' ? word : `${word}\t${description}`))
  return [...lines, files ? ':0' : ':4', ''].join('\n')
}
