import { isUserName } from '../../api/fields/reader.ts'
import { isDatabaseGlob } from '../../api/fields/tenant-policy.ts'
import { accountRights, type ReaderMode } from '../../clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../clickhouse/statements.ts'
import { oneOf, type Parser } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { renderAccountSql, standardAccount, type AccountSqlRequest } from './account-sql.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { writeData } from '../frame/output.ts'

const modes: Readonly<Record<string, ReaderMode>> = {
  managed: 'managed',
  'external-reader': 'externalReader',
  'external-grants': 'externalGrants',
}

const readerMode: Parser<ReaderMode> = (text, refuse) =>
  modes[text] ?? refuse(`is "${text}"; it takes ${Object.keys(modes).join(', ')}`)

const userName: Parser<string> = (text, refuse) =>
  isUserName(text) ? text : refuse('takes the name of a ClickHouse user: letters, digits, _ . @ and -')

/** The glob also goes into a comment, which it must not end. */
const databaseGlob: Parser<string> = (text, refuse) =>
  isDatabaseGlob(text)
    ? text
    : refuse('takes a glob of letters, digits, _ and *, such as "client_*" or "{namespace}__*"')

const flags = {
  mode: {
    type: 'string',
    placeholder: 'MODE',
    default: 'managed',
    description:
      'managed: the operator makes the reader and grants; external-reader: it only grants; external-grants: neither',
    parse: readerMode,
  },
  user: {
    type: 'string',
    placeholder: 'NAME',
    default: standardAccount.username,
    description: 'the operator’s account',
    parse: userName,
  },
  reader: {
    type: 'string',
    placeholder: 'NAME',
    default: standardAccount.readerUser,
    description: 'the user that DataLens reads with (spec.reader.user)',
    parse: userName,
  },
  pattern: {
    type: 'string',
    multiple: true,
    placeholder: 'GLOB',
    description: `names of the tenants’ databases, several times if need be (tenants.databases); default ${standardAccount.patterns.join(', ')}`,
    parse: databaseGlob,
  },
  'allow-drop': { type: 'boolean', description: 'for PartnerKeys with tenants.allowDrop' },
  output: {
    type: 'string',
    short: 'o',
    placeholder: 'FORMAT',
    default: 'sql',
    description: 'sql to run, or json for programs',
    parse: oneOf('sql', 'json'),
  },
} as const satisfies Flags

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
    const request: AccountSqlRequest = {
      mode: values.mode,
      patterns: values.pattern.length === 0 ? standardAccount.patterns : values.pattern,
      readerUser: values.reader,
      allowDrop: values['allow-drop'],
      username: values.user,
    }
    if (values.output === 'json') writeData(terminal, 'json', rightsOf(request))
    else terminal.write(renderAccountSql(request))
    return exitCode.done
  },
}

function rightsOf(request: AccountSqlRequest) {
  return accountRights(request).map(right => ({
    statement: grantRight(right, request.username),
    purpose: right.purpose,
  }))
}
