import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { keyVersion } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { isKubeError } from '../../kube/errors.ts'
import { buildKeySecret, viewKeySecret } from '../../partner-key/keys/key-secret.ts'
import { findEntry, type Ledger } from '../../partner-key/keys/ledger.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPrivateKey, type PartnerPrivateKey } from '../../token/keys.ts'
import { clusterFlags, namespaceFlag, withCluster, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { partnerKeyArgument, readLedgerOf } from '../partner-key/read.ts'
import { readPrivateFile } from '../frame/private-file.ts'

const flags = {
  'key-version': {
    type: 'string',
    placeholder: 'N',
    description: 'which version of the partner’s key it is',
    parse: keyVersion,
  },
  file: { type: 'string', placeholder: 'FILE', description: 'the private key as PEM, as it was exported' },
  ...namespaceFlag,
  ...clusterFlags,
} as const satisfies Flags

const notes = `Brings the partner’s private key of one version back, when its Secret is lost (KeyLost) or in a new cluster: makes the
immutable Secret just as the operator does, which then goes on by itself. Nothing is overwritten.

The key is checked, and must be the one that the version stands for, by the ledger, by the PartnerKey’s status and by
spec.dataLens.accepts, as far as these know it. In a new cluster, restore the ledger first (ConfigMap <key>-keys).
With the policy reserved-metadata installed you need the verb mint on partnerkeys.lenskeeper.dev.

Exit codes: 0 it is there; 1 refused, or you may not; 2 wrong flags.
Example:
  lenskeeper key import acme -n datalens --key-version 2 --file acme-v2.pem`

export const keyImport: Command = {
  name: 'import',
  summary: 'Brings a partner’s private key back from the vault.',
  usage: 'key import KEY --key-version N --file FILE [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const { 'key-version': version, file } = values
    if (version === undefined || file === undefined)
      throw new UsageError('give --key-version N and --file FILE')
    const { text, exposed } = readPrivateFile(file)
    if (exposed) terminal.complain(`Others may read ${file}: chmod 600, and think about who did.\n`)
    const key = inspect(file, text.reveal())
    await withCluster(values, terminal, cluster => importKey({ name, version, key }, cluster, terminal))
    return exitCode.done
  },
}

interface Imported {
  readonly name: string
  readonly version: number
  readonly key: PartnerPrivateKey
}

function inspect(file: string, pem: string): PartnerPrivateKey {
  try {
    return inspectPrivateKey(pem)
  } catch (error) {
    if (!(error instanceof KeyMaterialError)) throw error
    throw new CommandError(`${file}: ${error.message}`)
  }
}

/** @throws CommandError, KubeError */
async function importKey(
  { name, version, key }: Imported,
  cluster: Cluster,
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal
  const namespace = await cluster.namespace()
  const partnerKey = await cluster.partnerKeys.get(`${namespace}/${name}`, signal)
  const { ledger, object } = await readLedgerOf(cluster, `${namespace}/${name}`, signal)
  const objection = objectionTo({ version, key }, ledger, partnerKey)
  if (objection !== undefined) throw new CommandError(objection)
  const secret = buildKeySecret(`${namespace}/${name}`, version, key)
  const what = `Secret ${keyOf(secret)}`
  try {
    await cluster.secrets.create(secret, signal)
    terminal.write(`${what}: made, private key of version ${version}, ${key.fingerprint}\n`)
  } catch (error) {
    if (!isKubeError(error, 'alreadyExists')) throw error
    await expectSame(keyOf(secret), { name, version, key }, { cluster, signal })
    terminal.write(`${what}: holds that key already, ${key.fingerprint}\n`)
  }
  if (partnerKey === undefined)
    terminal.complain(
      `There is no PartnerKey ${namespace}/${name} yet; it takes the key when it is applied.\n`,
    )
  if (findEntry(ledger, 'Partner', version) === undefined)
    terminal.complain(
      object === undefined
        ? 'There is no ledger to compare it with: restore it too, if there was one.\n'
        : `The ledger does not know version ${version} yet: this key is what it stands for from now on.\n`,
    )
}

async function expectSame(
  secretKey: string,
  { name, version, key }: Imported,
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<void> {
  const secret = await cluster.secrets.get(secretKey, signal)
  const view = secret === undefined ? undefined : viewKeySecret(secret, name)
  if (view?.kind === 'usable' && view.key.fingerprint === key.fingerprint) return
  throw new CommandError(
    `Secret ${secretKey} is there already, and does not hold this key of version ${version}; nothing was changed`,
  )
}

/** Why the key may not have this version, by all that remembers keys: a version means one key, and a key has one. */
export function objectionTo(
  { version, key }: Pick<Imported, 'version' | 'key'>,
  ledger: Ledger,
  partnerKey: PartnerKey | undefined,
): string | undefined {
  const mine = key.fingerprint
  const told = (partnerKey?.status?.keys ?? []).filter(({ side }) => side === 'Partner')
  const accepts = partnerKey?.spec.dataLens?.accepts ?? []
  const sources = [
    ['the ledger', ledger.entries.filter(({ side }) => side === 'Partner')],
    ['the status of the PartnerKey', told],
    [
      'spec.dataLens.accepts',
      accepts.map(({ keyVersion, fingerprint }) => ({ version: keyVersion, fingerprint })),
    ],
  ] as const
  if (ledger.damage.length > 0)
    return `the ledger is damaged, so nothing can be compared with it: ${ledger.damage[0] ?? ''}`
  for (const [where, entries] of sources) {
    const other = entries.find(entry => entry.version === version)
    if (other !== undefined)
      // The first source that knows the version decides. The ledger comes before the status.
      return other.fingerprint === mine
        ? undefined
        : `this is ${mine}, but by ${where} version ${version} is ${other.fingerprint}`
    const twin = entries.find(({ fingerprint }) => fingerprint === mine)
    if (twin !== undefined) return `by ${where} this key is version ${twin.version}, not ${version}`
  }
  return undefined
}
