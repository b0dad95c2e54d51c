/** Gathers what a decision about one PartnerKey rests on. Only what the caches lack is read from the API server. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { Namespace } from '../api/core-objects.ts'
import { connectionOf, handoverName } from '../api/names.ts'
import type { ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../runtime/cache/store.ts'
import { observeKeys, type KeySources } from './keys/observe.ts'
import type { Observed } from './observed.ts'
import { foreignByLabel, observeConfigMap } from './owned/config-map.ts'
import type { Tally } from './tenants/tally.ts'

export interface Sources extends KeySources {
  readonly partnerKeys: Store<PartnerKey>
  readonly connections: Store<ClickHouseConnection>
  /** Absent where this operator watches a list of namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  readonly clock: Clock
  /** Nothing may be changed. */
  readonly observing: boolean
}

/** Undefined when the PartnerKey is gone. */
export async function observe(
  key: ObjectKey,
  from: Sources & { readonly tally: Tally },
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const partnerKey = from.partnerKeys.get(key)
  if (partnerKey === undefined) return undefined
  const keys = await observeKeys(partnerKey, from, signal)
  const question = { name: handoverName(partnerKey.metadata.name), judge: foreignByLabel }
  const handoverMap = await observeConfigMap(partnerKey, { question, from }, signal)
  return {
    ...keys,
    key,
    partnerKey,
    handoverMap,
    now: from.clock.now(),
    observing: from.observing,
    knowsNamespaces: from.namespaces !== undefined,
    connection: from.connections.get(connectionOf(partnerKey)),
    tally: from.tally.counts(key),
  }
}
