import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import { ledgerName, partnerKeyOf, partnerKeySecretName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { objectKey } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags, type FlagValues } from '../../config/flags.ts'
import { CodedError } from '../../core/errors.ts'
import { viewKeySecret } from '../../partner-key/keys/key-secret.ts'
import { emptyLedger, readLedger, type Ledger } from '../../partner-key/keys/ledger.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { clusterFlags, readableObject, withCluster, type Cluster, type Readable } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { stylesFor } from '../frame/styles.ts'
import { outputFlags, writeJson } from '../frame/output.ts'
import { printable } from '../frame/table.ts'
import { reportOn, type TokenFacts, type TokenReport } from './report.ts'

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
argument: those stand in the shell's history and in the list of processes. The seal is checked where you may read the
partner's key. "lenskeeper verify" checks with key files, without a cluster.

Exit codes: 0 DataLens would take it; 1 it would not, or that cannot be told; 2 wrong flags.
Examples:
  lenskeeper token inspect --secret tenants/acme-datalens
  pbpaste | lenskeeper token inspect --key datalens/acme`

export class TokenReadError extends CodedError<'secretMissing' | 'tokenMissing'> {}

export const token: Command = {
  name: 'token',
  summary: 'Says what an access token is, without showing it.',
  usage: 'token inspect [--secret NAMESPACE/NAME] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    checkUse(values, positionals)
    const report = await withCluster(values, terminal, async cluster =>
      reportOn(await gather(values, cluster, terminal)),
    )
    if (values.output === 'json') writeJson(terminal, report)
    else terminal.write(render(report, terminal))
    return report.accepted ? exitCode.done : exitCode.failed
  },
}

/** Quotes nothing: what stands in the wrong place may be the token. */
function checkUse(values: Values, positionals: readonly string[]): void {
  const [verb, source, ...more] = positionals
  if (verb !== 'inspect') throw new UsageError('it takes "inspect"')
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
    const partnerKey = await readableObject(cluster.partnerKeys, values.key, signal)
    return { text, partnerKey, ledger: await ledgerOf(values.key, cluster, signal), home: undefined }
  }
  const secret = await cluster.secrets.get(values.secret, signal)
  if (secret === undefined) throw new TokenReadError('secretMissing', `there is no Secret ${values.secret}`)
  const text = dataOf(secret, 'token')
  if (text === undefined) {
    throw new TokenReadError('tokenMissing', `the Secret ${values.secret} has no "token" in it`)
  }
  const tenant = await ownerOf(secret, cluster, signal)
  const key = values.key ?? (tenant && partnerKeyOf(tenant))
  const home = { secret, tenant, sealedWith: await sealKeyOf(key, text, cluster, signal) }
  if (key === undefined) return { text, ledger: undefined, partnerKey: undefined, home }
  const partnerKey = await readableObject(cluster.partnerKeys, key, signal)
  return { text, partnerKey, ledger: await ledgerOf(key, cluster, signal), home }
}

async function ownerOf(secret: Secret, cluster: Cluster, signal: AbortSignal) {
  const [kind, namespace, name] = secret.metadata.annotations?.[annotations.owner]?.split('/') ?? []
  const isOurs = kind === 'ConnectorTenant' && namespace === secret.metadata.namespace && name !== undefined
  return isOurs ? await cluster.tenants.get(`${namespace}/${name}`, signal) : undefined
}

async function ledgerOf(key: ObjectKey, cluster: Cluster, signal: AbortSignal): Promise<Ledger> {
  const { namespace, name } = splitKey(key)
  const map = await cluster.configMaps.get(`${namespace}/${ledgerName(name)}`, signal)
  return map === undefined ? emptyLedger : readLedger(map.data)
}

async function sealKeyOf(
  key: ObjectKey | undefined,
  text: string,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Readable<PartnerPrivateKey>> {
  const version = /^[1-9][0-9]{0,9}:([1-9][0-9]{0,9}):/.exec(text)?.[1]
  if (key === undefined || version === undefined) return undefined
  const { namespace, name } = splitKey(key)
  const secretKey = `${namespace}/${partnerKeySecretName(name, Number(version))}`
  const secret = await readableObject(cluster.secrets, secretKey, signal)
  if (secret === undefined || secret === 'forbidden') return secret
  const view = viewKeySecret(secret, name)
  return view.kind === 'usable' ? view.key : undefined
}

function render({ checks, accepted, conclusion }: TokenReport, terminal: Terminal): string {
  const { good, bad, faint } = stylesFor(terminal)
  const marks = { good: good('ok   '), bad: bad('WRONG'), unknown: faint('?    ') }
  const lines = checks.map(
    ({ name, result, text }) => `  ${name.padEnd(11)}${marks[result]}  ${printable(text)}`,
  )
  return `${[...lines, accepted ? good(conclusion) : bad(conclusion)].join('\n')}\n`
}
