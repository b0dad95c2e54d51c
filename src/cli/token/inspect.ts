import { partnerKeyOf } from '../../api/names.ts'
import type { ObjectKey } from '../../api/object.ts'
import { objectKey } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags, type FlagValues } from '../../config/flags.ts'
import { pairOfToken } from '../../tenancy/pair.ts'
import { clusterFlags, readableObject, withCluster, type Cluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'
import { readLedgerOf } from '../partner-key/read.ts'
import { readSealKey } from '../partner-key/seal-key.ts'
import { readOwner, readTokenSecret } from './read.ts'
import { renderChecks } from '../frame/checks.ts'
import { reportOn, type TokenFacts } from './report.ts'

const flags = {
  secret: {
    type: 'string',
    placeholder: 'NAMESPACE/NAME',
    description: 'the token in this Secret; without it, the one on standard input',
    parse: objectKey,
  },
  key: {
    type: 'string',
    placeholder: 'NAMESPACE/NAME',
    description: 'the PartnerKey that it was made with; default that of the Secret’s tenant',
    parse: objectKey,
  },
  ...clusterFlags,
  ...outputFlags,
} as const satisfies Flags

type Values = FlagValues<typeof flags>

const notes = `Says which keys the token was made with, whether its signature and its seal hold, for which database it is, and
whether DataLens would take it now, as far as the PartnerKey tells. It never shows the token, and takes it from no
argument: those stand in the shell’s history and in the list of processes. The seal is checked where you may read the
partner’s key. "lenskeeper verify" checks with key files, without a cluster.

Exit codes: 0 DataLens would take it; 1 it would not, or that cannot be told; 2 wrong flags.
Examples:
  lenskeeper token --secret tenants/acme-datalens
  pbpaste | lenskeeper token --key datalens/acme`

export const token: Command = {
  name: 'token',
  summary: 'Says what an access token is, without showing it.',
  usage: 'token [--secret NAMESPACE/NAME] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    checkUse(values, positionals)
    const report = await withCluster(values, terminal, async cluster =>
      reportOn(await gather(values, cluster, terminal)),
    )
    if (isData(values.output)) writeData(terminal, values.output, report)
    else terminal.write(renderChecks(report, terminal))
    return report.accepted ? exitCode.done : exitCode.failed
  },
}

/** Quotes no argument: it may be the token in the wrong place. */
function checkUse(values: Values, positionals: readonly string[]): void {
  const [source, ...more] = positionals
  if (source === 'inspect') throw new UsageError('now "lenskeeper token", without "inspect"')
  if ((source !== undefined && source !== '-') || more.length > 0) {
    throw new UsageError('unexpected argument; a token is read from --secret or standard input')
  }
  if (source === '-' && values.secret !== undefined) throw new UsageError('give one of --secret and -')
}

async function gather(values: Values, cluster: Cluster, terminal: Terminal): Promise<TokenFacts> {
  const { signal } = terminal
  if (values.secret === undefined) {
    const text = await terminal.readInput()
    if (values.key === undefined) return { text, ledger: undefined, partnerKey: undefined, home: undefined }
    return { text, ...(await readKeyAndLedger(values.key, cluster, signal)), home: undefined }
  }
  const { secret, text } = await readTokenSecret(cluster, values.secret, signal)
  const tenant = await readOwner(cluster, secret, signal)
  const key = values.key ?? (tenant && partnerKeyOf(tenant))
  const version = pairOfToken(text)?.partner
  const isKnown = key !== undefined && version !== undefined
  const sealedWith = isKnown ? await readSealKey(key, version, cluster, signal) : undefined
  const home = { secret, tenant, sealedWith }
  if (key === undefined) return { text, ledger: undefined, partnerKey: undefined, home }
  return { text, ...(await readKeyAndLedger(key, cluster, signal)), home }
}

async function readKeyAndLedger(key: ObjectKey, cluster: Cluster, signal: AbortSignal) {
  const partnerKey = await readableObject(cluster.partnerKeys, key, signal)
  const { ledger } = await readLedgerOf(cluster, key, signal)
  return { partnerKey, ledger }
}
