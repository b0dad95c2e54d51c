import { parseFlags, UsageError } from '../src/config/flags.ts'
import { benchFlags, commands, type CommandName } from './flags.ts'

export interface BenchOptions {
  /** Ends with an error when a tenant costs too much. */
  readonly guarding: boolean
  /** Names of the phases to report. Others that are needed on the way are not. */
  readonly wanted: ReadonlySet<string>
  readonly sizes: readonly number[]
  readonly runs: number
  readonly workers: number
  readonly memoryMiB: number
  readonly ceilingTenants: number
  /** The reader’s grants are there first. */
  readonly granted: boolean
  /** How long every statement of the stand-in for ClickHouse takes. Undefined: the embedded engine. */
  readonly standInMs: number | undefined
  readonly idleSeconds: number
  readonly json: string | undefined
  readonly profileTo: string | undefined
  readonly fromSource: boolean
  readonly onProgress: (line: string) => void
}

/** @throws UsageError */
export function readBenchOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  onProgress: (line: string) => void,
): BenchOptions {
  const { values, positionals } = parseFlags(benchFlags, args, environment)
  const [name = 'all', ...rest] = positionals
  if (!isCommand(name) || rest.length > 0) {
    throw new UsageError(`"${positionals.join(' ')}" is none of ${Object.keys(commands).join(', ')}`)
  }
  return {
    guarding: name === 'guard',
    wanted: new Set(commands[name]),
    sizes: (values.sizes ?? defaultSizes(name)).split(',').map(text => wholeNumber('sizes', text)),
    runs: wholeNumber('runs', values.runs),
    workers: wholeNumber('workers', values.workers),
    memoryMiB: wholeNumber('memory-mib', values['memory-mib']),
    ceilingTenants: wholeNumber('ceiling-tenants', values['ceiling-tenants']),
    granted: values.granted,
    standInMs: values['stand-in'] === undefined ? undefined : wholeNumber('stand-in', values['stand-in'], 0),
    idleSeconds: wholeNumber('idle-seconds', values['idle-seconds']),
    json: values.json,
    profileTo: values.profile,
    fromSource: values['from-source'],
    onProgress,
  }
}

function defaultSizes(name: CommandName): string {
  return name === 'guard' ? '300' : '100,1000'
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

function wholeNumber(flag: string, text: string, least = 1): number {
  if (!/^(0|[1-9][0-9]{0,5})$/.test(text.trim()) || Number(text) < least) {
    throw new UsageError(`--${flag} takes whole numbers from ${least} to 999999, not "${text}"`)
  }
  return Number(text)
}
