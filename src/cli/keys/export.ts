import { partnerKeySecretName } from '../../api/names.ts'
import { keyVersion } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { viewKeySecret } from '../../partner-key/keys/key-secret.ts'
import { findEntry } from '../../partner-key/keys/ledger.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { clusterFlags, namespaceFlag, readable, withCluster, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { partnerKeyArgument, readLedgerOf } from '../partner-key/read.ts'
import { writePrivateFile } from '../frame/private-file.ts'

const flags = {
  'key-version': {
    type: 'string',
    placeholder: 'N',
    description: 'which version of the partner’s key',
    parse: keyVersion,
  },
  out: {
    type: 'string',
    placeholder: 'FILE',
    description: 'where to; made with mode 0600, never overwritten',
  },
  ...namespaceFlag,
  ...clusterFlags,
} as const satisfies Flags

const notes = `Writes the partner’s private key of one version to a file, as PEM, to be put into a vault and then removed. The key goes
nowhere else: the terminal shows its fingerprint. It is checked first, and compared with the ledger.

Whoever has this file can mint tokens for every database of the connector.

Exit codes: 0 written; 1 there is no such key, it is not sound, or the file is there already; 2 wrong flags.
Example:
  lenskeeper key export acme -n datalens --key-version 2 --out acme-v2.pem`

export const keyExport: Command = {
  name: 'export',
  summary: 'Writes a partner’s private key to a file, for the vault.',
  usage: 'key export KEY --key-version N --out FILE [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const { 'key-version': version, out } = values
    if (version === undefined || out === undefined)
      throw new UsageError('give --key-version N and --out FILE')
    const key = await withCluster(values, terminal, cluster =>
      readKey({ name, version }, cluster, terminal.signal),
    )
    writePrivateFile(out, key.privatePem)
    terminal.write(`${out}: private key of ${name}, version ${version}, ${key.fingerprint}\n`)
    terminal.complain('Put it into your vault, and remove the file.\n')
    return exitCode.done
  },
}

interface KeyName {
  readonly name: string
  readonly version: number
}

/** @throws CommandError */
async function readKey(
  { name, version }: KeyName,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<PartnerPrivateKey> {
  const namespace = await cluster.namespace()
  const secretKey = `${namespace}/${partnerKeySecretName(name, version)}`
  const secret = await cluster.secrets.get(secretKey, signal)
  if (secret === undefined) throw new CommandError(`there is no Secret ${secretKey}`)
  const view = viewKeySecret(secret, name)
  if (view.kind === 'foreign')
    throw new CommandError(`Secret ${secretKey} is no key of ours: ${view.because}`)
  if (view.kind === 'broken')
    throw new CommandError(`Secret ${secretKey} holds no usable key: ${view.message}`)
  const found = await readable(readLedgerOf(cluster, `${namespace}/${name}`, signal))
  const entry =
    found === undefined || found === 'forbidden' ? undefined : findEntry(found.ledger, 'Partner', version)
  if (entry !== undefined && entry.fingerprint !== view.key.fingerprint)
    throw new CommandError(
      `Secret ${secretKey} holds ${view.key.fingerprint}, but the ledger says that version ${version} is ${entry.fingerprint}`,
    )
  return view.key
}
