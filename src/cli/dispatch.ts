import { UsageError } from '../config/flags.ts'
import { codeOf } from '../core/errors.ts'
import { exitCode, helpOf, type Command, type Terminal } from './command.ts'

/** A command's name, what it is for, and how to load it: heavy libraries load only for who needs them. */
export interface Entry {
  readonly name: string
  readonly summary: string
  load(): Promise<Command>
}

function overview(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length)) + 2
  const rows = entries.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
  return `Lenskeeper: DataLens connectors as YAML.\n\nUsage: lenskeeper COMMAND [flags]\n\n${rows}\n\n"lenskeeper COMMAND --help" tells more. Flags may also be set as LENSKEEPER_<FLAG> in the environment.\n`
}

/** Runs one command. Never throws: whatever goes wrong becomes one line and an exit code. */
export async function dispatch(
  args: readonly string[],
  entries: readonly Entry[],
  terminal: Terminal,
): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.write(overview(entries))
    return name === undefined ? exitCode.usage : exitCode.done
  }
  const entry = entries.find(candidate => candidate.name === name)
  if (entry === undefined) {
    terminal.complain(`lenskeeper: there is no command "${name}"; "lenskeeper --help" lists them\n`)
    return exitCode.usage
  }
  try {
    const command = await entry.load()
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.write(helpOf(command))
      return exitCode.done
    }
    return await command.run(rest, terminal)
  } catch (error) {
    return complain(name, error, terminal)
  }
}

function complain(name: string, error: unknown, terminal: Terminal): number {
  if (terminal.signal.aborted) return exitCode.done
  const message = error instanceof Error ? error.message : String(error)
  const hint = error instanceof UsageError ? ` ("lenskeeper ${name} --help")` : ''
  terminal.complain(`lenskeeper ${name}: ${message.split('\n')[0] ?? codeOf(error)}${hint}\n`)
  return error instanceof UsageError ? exitCode.usage : exitCode.failed
}
