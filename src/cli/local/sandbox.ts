import { readFileSync } from 'node:fs'
import { authoritiesIn } from '../../clickhouse/endpoint/authorities.ts'
import { parseFlags, UsageError } from '../../config/flags.ts'
import { untilAborted } from '../../core/abort.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import type { ReaderServer } from '../../sandbox/connector/bound-connection.ts'
import { ContentError } from '../../sandbox/content/fault.ts'
import type { Content } from '../../sandbox/content/model.ts'
import { defaultContentFile, readContent } from '../../sandbox/content/read.ts'
import { switches, switchNames } from '../../sandbox/embed/switches.ts'
import { SandboxError, startSandbox } from '../../sandbox/http/server.ts'
import { CommandError } from '../frame/command-error.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { readFlagFile } from '../frame/flag-file.ts'
import { readPrivateFile } from '../frame/private-file.ts'
import { renderTable } from '../frame/table.ts'
import { connectorsOf, refuseAddress, sandboxFlags as flags, switchesOf } from './sandbox-flags.ts'

const switchTable = renderTable(
  ['SWITCH', 'DEFAULT', 'WHAT IT DOES', 'SOURCE'],
  switchNames.map(name => {
    const { default: standard, says, source } = switches[name]
    return [name, String(standard) || 'none', says, source]
  }),
)

const notes = `Plays DataLens’s side on 127.0.0.1, and nowhere else: paste an access token, embed a chart, ask with an embed token.
It reads ClickHouse as the reader. Its public keys are at /api/connectors, the last requests at /_sandbox/trace, and
the switches at /_sandbox/switches, also while it runs.

${switchTable}
Exit codes: 0 stopped as asked; 1 it could not start; 2 wrong flags, or a content file that cannot be used.
Example: lenskeeper sandbox --clickhouse-url http://127.0.0.1:8123 --reader-password-file password --partner-key 1=public.pem`

export const sandbox: Command = {
  name: 'sandbox',
  summary: 'Plays DataLens’s side on this machine until SIGINT or SIGTERM.',
  usage: 'sandbox --clickhouse-url URL --reader-password-file FILE [flags]',
  flags,
  notes,
  async run(args, terminal) {
    refuseAddress(args)
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
    const content = contentOf(values.content)
    const server = readerOf(values)
    const options = { port: values.port, content, switches: switchesOf(values.switch) }
    const connectors = await connectorsOf(values, server)
    try {
      const started = await startSandbox({ ...options, connectors })
      terminal.write(`Sandbox: ${started.url}\n`)
      await untilAborted(terminal.signal)
      await started.close()
      return exitCode.done
    } catch (error) {
      if (error instanceof SandboxError) throw new CommandError(error.message)
      throw error
    }
  },
}

function contentOf(file: string | undefined): Content {
  const text = file === undefined ? readFileSync(defaultContentFile, 'utf8') : readFlagFile('content', file)
  try {
    return readContent(text, file ?? 'default.yaml')
  } catch (error) {
    if (error instanceof ContentError) throw new UsageError(error.message)
    throw error
  }
}

interface ReaderFlags {
  readonly 'clickhouse-url': string | undefined
  readonly 'clickhouse-ca': string | undefined
  readonly 'reader-user': string
  readonly 'reader-password-file': string | undefined
}

function readerOf(values: ReaderFlags): ReaderServer {
  const { 'clickhouse-url': url, 'reader-password-file': file, 'clickhouse-ca': ca } = values
  if (url === undefined || file === undefined)
    throw new UsageError('give --clickhouse-url URL and --reader-password-file FILE')
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new UsageError('--clickhouse-url takes an address such as http://127.0.0.1:8123')
  const password = new Redacted(
    readPrivateFile(file)
      .text.reveal()
      .replace(/\r?\n$/, ''),
  )
  const server = { url, username: values['reader-user'], password }
  if (ca === undefined) return server
  const trusted = authoritiesIn(readFlagFile('clickhouse-ca', ca))
  if (trusted.kind === 'none') throw new UsageError(`--clickhouse-ca: ${ca} ${trusted.because}`)
  return { ...server, ca: trusted.pem }
}
