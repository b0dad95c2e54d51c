import { objectKey, type Parser } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags, type FlagValues } from '../../config/flags.ts'
import type { Ledger } from '../../partner-key/keys/ledger.ts'
import { clusterFlags, withCluster, type Cluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { readFlagFile } from '../frame/flag-file.ts'
import { gatherKeys } from './keys.ts'
import { ownersPartnerKey, readTokenSecret, requireLedger } from './read.ts'
import { renderChecks } from '../frame/checks.ts'
import { fieldsOf, judge, type Verdict } from './verdict.ts'

/** Does not quote the text: a token does not belong in a log. */
const tokenFile: Parser<string> = (text, refuse) =>
  /^[0-9]+:[0-9]+:/.test(text)
    ? refuse('takes the name of a file, and this looks like a token; "-" reads standard input')
    : text

const flags = {
  secret: {
    type: 'string',
    placeholder: 'NAMESPACE/NAME',
    description: 'the token in this Secret; keys then come from its PartnerKey, unless others are given',
    parse: objectKey,
  },
  file: {
    type: 'string',
    placeholder: 'FILE',
    description: 'the token in this file; "-" reads standard input',
    parse: tokenFile,
  },
  'partner-key': {
    type: 'string',
    multiple: true,
    placeholder: 'FILE[:VERSION]',
    description: 'the partner’s public key as PEM, several times if need be; without a version: the token’s',
  },
  ledger: {
    type: 'string',
    placeholder: 'NAMESPACE/NAME',
    description: 'the PartnerKey whose keys count, of both sides and all versions',
    parse: objectKey,
  },
  'datalens-private-key': {
    type: 'string',
    multiple: true,
    placeholder: 'FILE[:VERSION]',
    description: 'DataLens’s private key, where one has it (a test set-up): shows the database too',
  },
  ...clusterFlags,
} as const satisfies Flags

type Values = FlagValues<typeof flags>

const notes = `Checks what DataLens checks, in its order: structure, versions, signature, and with DataLens’s private key the
database. Shows the verdict and never the token.

Exit codes: 0 it would be accepted; 1 it would be refused, or could not be checked; 2 wrong flags.
Examples:
  lenskeeper verify --secret tenants/acme-datalens
  pbpaste | lenskeeper verify --partner-key partner-v1.pem:1 -`

export const verify: Command = {
  name: 'verify',
  summary: 'Checks an access token as DataLens would.',
  usage: 'verify (--secret NAMESPACE/NAME | --file FILE | -) [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    checkUse(values, positionals)
    const verdict = await withCluster(values, terminal, cluster => verdictOn(values, cluster, terminal))
    terminal.write(renderChecks(verdict, terminal))
    return verdict.accepted ? exitCode.done : exitCode.failed
  },
}

function checkUse(values: Values, positionals: readonly string[]): void {
  const [first, ...more] = positionals
  const stray = first === '-' ? more[0] : first
  if (stray !== undefined) {
    // Not quoted: it may be the token itself, which does not belong in a log.
    throw new UsageError('unexpected argument; a token is read from --secret, --file or standard input (-)')
  }
  const sources = [values.secret, values.file, first].filter(source => source !== undefined)
  if (sources.length !== 1) throw new UsageError('give one of --secret NAMESPACE/NAME, --file FILE and -')
  if (values.secret === undefined && values.ledger === undefined && values['partner-key'].length === 0) {
    throw new UsageError(
      'nothing to check the signature with: give --partner-key FILE or --ledger NAMESPACE/NAME',
    )
  }
}

async function verdictOn(values: Values, cluster: Cluster, terminal: Terminal): Promise<Verdict> {
  const { signal } = terminal
  const files = { partner: values['partner-key'], dataLensPrivate: values['datalens-private-key'] }
  let ledger: Ledger | undefined
  if (values.ledger !== undefined) ledger = await requireLedger(cluster, values.ledger, signal)
  if (values.secret === undefined) {
    const text =
      values.file === undefined || values.file === '-'
        ? await terminal.readInput()
        : readFlagFile('file', values.file)
    return judge(text, versions => gatherKeys(files, ledger, versions))
  }
  const { secret, text } = await readTokenSecret(cluster, values.secret, signal)
  if (ledger === undefined && files.partner.length === 0) {
    const partnerKey = await ownersPartnerKey(cluster, secret, signal)
    ledger = await requireLedger(cluster, partnerKey, signal)
  }
  return judge(text, versions => gatherKeys(files, ledger, versions), fieldsOf(secret))
}
