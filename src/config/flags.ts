import { parseArgs } from 'node:util'
import { closest } from '../core/text/closest.ts'
import { CodedError } from '../core/errors.ts'

/** Refuses a flag's text. @param complaint follows the flag's name in the message: `takes a whole number` */
export type Refuse = (complaint: string) => never

/** One flag of a command. Text flags may also come from the environment; the command line wins. */
export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly description: string
  /** What the value stands for in the help text, such as `DIR`. */
  readonly placeholder?: string
  /** A text, which goes through `parse` too. */
  readonly default?: string
  /** One-letter short form. */
  readonly short?: string
  /** The flag may be given several times; in the environment, with commas between. It has no default. */
  readonly multiple?: true
  /** Turns one text into its meaning. Without it, the text is the value. `words`: all that it takes, if these are few. */
  readonly parse?: ((text: string, refuse: Refuse) => unknown) & { readonly words?: readonly string[] }
}

export type Flags = Readonly<Record<string, Flag>>

type MeaningOf<F extends Flag> = F extends { readonly parse: (text: string, refuse: Refuse) => infer T }
  ? T
  : string

type ValueOf<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F extends { readonly multiple: true }
    ? readonly MeaningOf<F>[]
    : F extends { readonly default: string }
      ? MeaningOf<F>
      : MeaningOf<F> | undefined

export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: ValueOf<F[Name]> }

/** A command used wrongly. The message is one line that says what is wrong and what is accepted. */
export class UsageError extends CodedError<'usage'> {
  constructor(message: string) {
    super('usage', message)
  }
}

/** A text that its flag does not take. */
export class FlagValueError extends UsageError {
  readonly flag: string
  /** What follows the flag's name in the message. */
  readonly complaint: string

  constructor(flag: string, complaint: string) {
    super(`--${flag} ${complaint}`)
    this.flag = flag
    this.complaint = complaint
  }
}

export interface ParsedFlags<F extends Flags> {
  readonly values: FlagValues<F>
  readonly positionals: readonly string[]
}

/** `LENSKEEPER_` and the flag's name in upper case: `--log-level` is `LENSKEEPER_LOG_LEVEL`. */
export function environmentName(flag: string): string {
  return `LENSKEEPER_${flag.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Reads flags from the command line, then from the environment, then from their defaults.
 * @throws UsageError for an unknown flag, a missing value, or an environment variable that is not a boolean;
 * FlagValueError for a text that the flag's parser refuses
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedFlags<F> {
  const { values, positionals } = parseCommandLine(flags, args)
  const merged: Record<string, unknown> = {}
  for (const [name, flag] of Object.entries(flags)) {
    merged[name] = meaningOf(
      name,
      flag,
      values[name] ?? fromEnvironment(name, flag, environment) ?? defaultOf(flag),
    )
  }
  return { values: merged as FlagValues<F>, positionals }
}

type Raw = string | boolean | readonly (string | boolean)[] | undefined

function meaningOf(name: string, { parse }: Flag, raw: Raw): unknown {
  if (parse === undefined) return raw
  const refuse: Refuse = complaint => {
    throw new FlagValueError(name, complaint)
  }
  if (typeof raw === 'string') return parse(raw, refuse)
  return Array.isArray(raw) ? raw.map(item => parse(String(item), refuse)) : raw
}

function parseCommandLine(flags: Flags, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short === undefined ? {} : { short }) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const known = Object.keys(flags).map(name => `--${name}`)
    throw new UsageError(
      `${text.split('. ')[0] ?? text}.${guessFor(args, known)} Known flags: ${known.join(', ')}`,
    )
  }
}

function guessFor(args: readonly string[], known: readonly string[]): string {
  const unknown = args
    .map(arg => arg.split('=')[0] ?? arg)
    .find(arg => arg.startsWith('--') && arg.length > 2 && !known.includes(arg))
  const meant = unknown === undefined ? undefined : closest(unknown, known)
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

function fromEnvironment(
  name: string,
  flag: Flag,
  environment: Readonly<Record<string, string | undefined>>,
): string | boolean | readonly string[] | undefined {
  const variable = environmentName(name)
  const value = environment[variable]
  if (value === undefined || value === '') return undefined
  if (flag.multiple) return value.split(',').map(item => item.trim())
  if (flag.type === 'string') return value
  if (/^(true|1|yes)$/i.test(value)) return true
  if (/^(false|0|no)$/i.test(value)) return false
  throw new UsageError(`${variable} is "${value}"; it takes true or false`)
}

function defaultOf(flag: Flag): string | boolean | readonly string[] | undefined {
  if (flag.multiple) return []
  return flag.type === 'boolean' ? false : flag.default
}

/** The flags as lines of help text, aligned, each with its default and environment variable. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '' : `-${flag.short}, `
    const value = flag.type === 'string' ? ` ${flag.placeholder ?? 'TEXT'}` : ''
    const standard = flag.default === undefined || flag.default === '' ? '' : ` (default ${flag.default})`
    return { left: `  ${short}--${name}${value}`, right: `${flag.description}${standard}` }
  })
  const width = Math.max(0, ...rows.map(({ left }) => left.length)) + 2
  return rows.map(({ left, right }) => `${left.padEnd(width)}${right}`).join('\n')
}
