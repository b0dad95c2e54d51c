import { accountRights, grantStatement, type ReaderMode } from '../../clickhouse/rights/account.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { renderAccountSql, standardAccount, type AccountSqlRequest } from './account-sql.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { writeJson } from '../frame/table.ts'

const flags = {
  mode: {
    type: 'string',
    placeholder: 'MODE',
    default: 'managed',
    description:
      'managed: the operator makes the reader and grants; external-reader: it only grants; external-grants: neither',
  },
  user: {
    type: 'string',
    placeholder: 'NAME',
    default: standardAccount.username,
    description: 'the operator’s account',
  },
  reader: {
    type: 'string',
    placeholder: 'NAME',
    default: standardAccount.readerUser,
    description: 'the user that DataLens reads with (spec.reader.user)',
  },
  pattern: {
    type: 'string',
    multiple: true,
    placeholder: 'GLOB',
    description: `names of the tenants’ databases, several times if need be (tenants.databases); default ${standardAccount.patterns.join(', ')}`,
  },
  'allow-drop': { type: 'boolean', description: 'for PartnerKeys with tenants.allowDrop' },
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    default: 'sql',
    description: 'sql to run, or json for programs',
  },
} as const satisfies Flags

const modes: Readonly<Record<string, ReaderMode>> = {
  managed: 'managed',
  'external-reader': 'externalReader',
  'external-grants': 'externalGrants',
}

const notes = `Prints only; it asks no server. "lenskeeper check" compares an account that exists with these statements.

Exit codes: 0 done; 2 wrong flags.
Example: lenskeeper sql --pattern 'client_*' --pattern 'acme__*' | clickhouse client --multiquery`

export const sql: Command = {
  name: 'sql',
  summary: 'Prints the statements that give the operator’s account its rights.',
  usage: 'sql [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
    const mode = modes[values.mode]
    if (mode === undefined)
      throw new UsageError(`--mode is "${values.mode}"; it takes ${Object.keys(modes).join(', ')}`)
    if (values.output !== 'sql' && values.output !== 'json')
      throw new UsageError(`--output is "${values.output}"; it takes sql or json`)
    const request: AccountSqlRequest = {
      mode,
      patterns: patternsOf(values.pattern),
      readerUser: named('reader', values.reader),
      allowDrop: values['allow-drop'],
      username: named('user', values.user),
    }
    if (values.output === 'json') writeJson(terminal, rightsOf(request))
    else terminal.write(renderAccountSql(request))
    return exitCode.done
  },
}

function rightsOf(request: AccountSqlRequest) {
  return accountRights(request).map(right => ({
    statement: grantStatement(right, request.username),
    purpose: right.purpose,
  }))
}

/** The API takes no other globs either; and what goes into a comment must not end it. */
function patternsOf(patterns: readonly string[]): readonly string[] {
  const wrong = patterns.find(pattern => !/^([A-Za-z0-9_*]|\{namespace\})+$/.test(pattern))
  if (wrong === undefined) return patterns.length === 0 ? standardAccount.patterns : patterns
  throw new UsageError(
    '--pattern takes a glob of letters, digits, _ and *, such as "client_*" or "{namespace}__*"',
  )
}

function named(flag: string, name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.@-]*$/.test(name)) return name
  throw new UsageError(`--${flag} takes the name of a ClickHouse user: letters, digits, _ . @ and -`)
}
