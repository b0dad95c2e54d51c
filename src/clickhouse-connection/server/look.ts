import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { PresenceKeeper } from '../../clickhouse/presence/presence-keeper.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { Clock } from '../../core/clock.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'

/** A snapshot of this age, in milliseconds, is fresh. So departures that come one by one share one. */
const freshMs = 1_000

export interface Looking {
  readonly key: ObjectKey
  /** Absent where nobody asks who else works there. */
  readonly presence: PresenceKeeper | undefined
}

interface LookSources {
  readonly connectionClient?: Pick<ResourceClient<ClickHouseConnection>, 'get'>
  readonly clock: Clock
}

/** What the server shows, and whether another operator works there. Begins an epoch where one is due. */
export async function lookAt(
  server: Server,
  { key, presence }: Looking,
  { connectionClient, clock }: LookSources,
  signal: AbortSignal,
): Promise<readonly EndpointView[]> {
  let { endpoints } = await server.snapshot({ maxAgeMs: freshMs }, signal)
  if (presence === undefined) return endpoints
  if (presence.isInDoubt && connectionClient !== undefined) {
    // The cache may lag behind what the operator before us wrote down.
    const live = await connectionClient.get(key, signal)
    presence.learn(live?.status?.epochs ?? [], clock.monotonic())
    if (!presence.isInDoubt) endpoints = (await server.snapshot({ maxAgeMs: 0 }, signal)).endpoints
  }
  presence.renew(clock.monotonic())
  return endpoints
}
