import { UsageError } from '../../config/flags.ts'
import { closest } from '../../core/text/closest.ts'
import { codeOf } from '../../core/errors.ts'
import { kubeconfigErrorOf } from '../../kube/access/kubeconfig-error.ts'
import { exitCode, helpOf, type Terminal } from './command.ts'
import { formatSuggestions, suggest } from './complete.ts'
import type { CommandEntry, Entry } from './entry.ts'

function overview(entries: readonly Entry[], title: string, prefix: string): string {
  const listed = entries.filter(entry => 'summary' in entry)
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2
  const rows = listed.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
  return `${title}\n\nUsage: ${prefix} COMMAND [flags]\n\n${rows}\n\n"${prefix} COMMAND --help" tells more. Flags may also be set as LENSKEEPER_<FLAG> in the environment.\n`
}

/** What shells and kubectl call. It is for no person, and so in no list. */
const asksForCompletion = '__complete'

/** Runs one command. Never throws: whatever goes wrong becomes one line and an exit code. */
export async function dispatch(
  args: readonly string[],
  entries: readonly Entry[],
  terminal: Terminal,
): Promise<number> {
  const [first, ...line] = args
  if (first === asksForCompletion) {
    terminal.write(formatSuggestions(await suggest(entries, line)))
    return exitCode.done
  }
  return await dispatchIn(
    { entries, title: 'Lenskeeper: DataLens connectors and embedded charts as YAML.', words: [] },
    args,
    terminal,
  )
}

interface Place {
  readonly entries: readonly Entry[]
  readonly title: string
  /** The words that led here. */
  readonly words: readonly string[]
}

async function dispatchIn(
  { entries, title, words }: Place,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [word, ...rest] = args
  const prefix = ['lenskeeper', ...words].join(' ')
  if (word === 'help' && rest[0] !== undefined)
    return await dispatchIn({ entries, title, words }, [...rest, '--help'], terminal)
  if (word === undefined || word === 'help' || word === '--help' || word === '-h') {
    terminal.write(overview(entries, title, prefix))
    return word === undefined ? exitCode.usage : exitCode.done
  }
  const asked = word === '--version' ? 'version' : word
  const entry = entries.find(({ name }) => name === asked)
  if (entry === undefined) {
    terminal.complain(`${prefix}: ${noSuchCommand(word, entries, prefix)}\n`)
    return exitCode.usage
  }
  if ('now' in entry) {
    terminal.complain(`${prefix} ${word}: now "${prefix} ${entry.now}"\n`)
    return exitCode.usage
  }
  if ('load' in entry) return await runEntry(entry, [...words, word], { rest, terminal })
  const inside = { entries: entry.commands, title: sentence(entry.summary), words: [...words, word] }
  return await dispatchIn(inside, rest, terminal)
}

function noSuchCommand(word: string, entries: readonly Entry[], prefix: string): string {
  // What is given to a flag may be a secret.
  if (word.startsWith('-')) return `flags come after the command: "${prefix} COMMAND ${word.split('=')[0]} …"`
  const names = entries.filter(one => 'summary' in one).map(({ name }) => name)
  const meant = closest(word, names)
  const guess = meant === undefined ? '' : ` did you mean "${prefix} ${meant}"?`
  return `there is no command "${word}";${guess} "${prefix} --help" lists them`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

async function runEntry(
  entry: CommandEntry,
  words: readonly string[],
  { rest, terminal }: { readonly rest: readonly string[]; readonly terminal: Terminal },
): Promise<number> {
  try {
    const command = await entry.load()
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.write(helpOf(command))
      return exitCode.done
    }
    return await command.run(rest, terminal)
  } catch (error) {
    return complain(words.join(' '), error, terminal)
  }
}

function complain(name: string, error: unknown, terminal: Terminal): number {
  if (terminal.signal.aborted) return exitCode.done
  const message = error instanceof Error ? error.message : String(error)
  const hint = error instanceof UsageError ? ` ("lenskeeper ${name} --help")` : ''
  terminal.complain(`lenskeeper ${name}: ${message.split('\n')[0] ?? codeOf(error)}${hint}\n`)
  const isSetUpWrongly = error instanceof UsageError || kubeconfigErrorOf(error) !== undefined
  return isSetUpWrongly ? exitCode.usage : exitCode.failed
}
