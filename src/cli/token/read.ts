/** A token in a cluster: its Secret, the tenant that owns that, and the ledger of its keys. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import { ledgerName, partnerKeyOf } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { Ledger } from '../../partner-key/keys/ledger.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import { readLedgerOf } from '../partner-key/read.ts'

export interface TokenSecret {
  readonly secret: Secret
  readonly text: string
}

/** @throws CommandError, KubeError */
export async function readTokenSecret(
  { secrets }: Pick<Cluster, 'secrets'>,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<TokenSecret> {
  const secret = await secrets.get(key, signal)
  if (secret === undefined) throw new CommandError(`there is no Secret ${key}`)
  const text = dataOf(secret, 'token')
  if (text !== undefined) return { secret, text }
  throw new CommandError(`the Secret ${key} has no "token" in it`)
}

/** The tenant that the Secret names as its owner; undefined where there is none. @throws KubeError */
export async function readOwner(
  { tenants }: Pick<Cluster, 'tenants'>,
  { metadata }: Secret,
  signal: AbortSignal,
): Promise<ConnectorTenant | undefined> {
  const [kind, namespace, name] = metadata.annotations?.[annotations.owner]?.split('/') ?? []
  const isOurs = kind === 'ConnectorTenant' && namespace === metadata.namespace && name !== undefined
  return isOurs ? await tenants.get(`${namespace}/${name}`, signal) : undefined
}

/** The PartnerKey that the token in this Secret was made with. @throws CommandError, KubeError */
export async function ownersPartnerKey(
  cluster: Pick<Cluster, 'tenants'>,
  secret: Secret,
  signal: AbortSignal,
): Promise<ObjectKey> {
  const tenant = await readOwner(cluster, secret, signal)
  if (tenant !== undefined) return partnerKeyOf(tenant)
  const message = 'no ConnectorTenant owns this Secret, so say whose keys to use: --ledger or --partner-key'
  throw new CommandError(message)
}

/** The ledger of the PartnerKey. @throws CommandError where there is none, KubeError */
export async function requireLedger(
  cluster: Pick<Cluster, 'configMaps'>,
  partnerKey: ObjectKey,
  signal: AbortSignal,
): Promise<Ledger> {
  const { object, ledger } = await readLedgerOf(cluster, partnerKey, signal)
  if (object !== undefined) return ledger
  const { namespace, name } = splitKey(partnerKey)
  const message = `there is no ConfigMap ${namespace}/${ledgerName(name)}, the ledger of PartnerKey ${partnerKey}`
  throw new CommandError(message)
}
