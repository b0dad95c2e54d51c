/** The PartnerKey that a command is about, and what belongs to it. */
import type { ConfigMap } from '../../api/core-objects.ts'
import { ledgerName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { UsageError } from '../../config/flags.ts'
import { readLedger, type Ledger } from '../../partner-key/keys/ledger.ts'
import { absent, nameArgument, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'

/** The one argument of a command about a PartnerKey. @throws UsageError */
export function partnerKeyArgument([name, ...more]: readonly string[]): string {
  if (more.length > 0) throw new UsageError('only one PartnerKey at a time')
  return nameArgument(name, 'PartnerKey')
}

/** @throws CommandError where there is none, KubeError */
export async function readPartnerKey(
  cluster: Pick<Cluster, 'namespace' | 'partnerKeys'>,
  name: string,
  signal: AbortSignal,
): Promise<PartnerKey> {
  const key = `${await cluster.namespace()}/${name}`
  const found = await cluster.partnerKeys.get(key, signal)
  if (found !== undefined) return found
  throw new CommandError(`${absent('PartnerKey', key).message}; -n names another`)
}

export interface LedgerFound {
  /** Undefined where there is no ledger; `ledger` is then empty. */
  readonly object: ConfigMap | undefined
  readonly ledger: Ledger
}

/** @throws KubeError */
export async function readLedgerOf(
  { configMaps }: Pick<Cluster, 'configMaps'>,
  partnerKey: ObjectKey,
  signal: AbortSignal,
): Promise<LedgerFound> {
  const { namespace, name } = splitKey(partnerKey)
  const object = await configMaps.get(`${namespace}/${ledgerName(name)}`, signal)
  return { object, ledger: readLedger(object?.data) }
}
