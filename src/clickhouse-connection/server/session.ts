/** Keeps the one open server of a connection in the fleet, with the account that its Secrets have now. */
import { createHash } from 'node:crypto'
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { Fleet } from '../../clickhouse/fleet.ts'
import { durationOf } from '../../core/duration.ts'
import type { Presences } from '../../clickhouse/presence/presences.ts'
import type { ClickHouseMetrics } from '../../clickhouse/metrics.ts'
import { Server } from '../../clickhouse/server.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { ServerMemory } from './memory.ts'
import { knownServers } from '../../clickhouse/sharing/known-servers.ts'
import type { Account } from './observed.ts'

export interface SessionOptions {
  readonly fleet: Fleet
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly clickHouseMetrics?: ClickHouseMetrics
  /** Who else works there. Absent where nothing is changed. */
  readonly presences?: Presences | undefined
}

/**
 * The server to talk to. It is opened anew when endpoints or account have changed. While a Secret is missing, the open
 * one goes on: somebody may replace a Secret by deleting it first.
 */
export async function openServer(
  connection: { readonly key: ObjectKey; readonly object: ClickHouseConnection; readonly account: Account },
  memory: ServerMemory,
  options: SessionOptions,
): Promise<Server | undefined> {
  const { key, object, account } = connection
  const { fleet, clock, random, log, clickHouseMetrics, presences } = options
  const open = fleet.get(key)
  const presence = presences?.of(key)
  presence?.setPace(durationOf(object.spec.syncInterval))
  presence?.learn(object.status?.epochs ?? [], clock.monotonic())
  presence?.resume(object.status?.contested ?? [], clock.monotonic())
  presence?.keepTo(object.spec.endpoints)
  if (account.kind !== 'ok') return open
  const { endpoints, reader } = object.spec
  const { username, password, ca } = account
  const values = [endpoints, username, password.reveal(), ca ?? null, reader.user]
  const identity = createHash('sha256').update(JSON.stringify(values)).digest('hex')
  if (open !== undefined && memory.identity === identity) return open
  const { namespace } = splitKey(key)
  const server = new Server({
    endpoints,
    credentials: { username, password },
    ca,
    readerUser: reader.user,
    clock,
    random,
    log: log.child({ connection: key }),
    servers: knownServers(object),
    answers: fleet.answers.share(namespace),
    lookup: fleet.lookups.of(namespace),
    fence: fleet.fence,
    presence,
    ...(clickHouseMetrics === undefined ? {} : { metrics: clickHouseMetrics }),
  })
  presence?.retry()
  memory.identity = identity
  memory.rights.clear()
  memory.singleRights.clear()
  await fleet.put(key, server)
  log.info({ connection: key, endpoints: endpoints.length }, 'connecting to ClickHouse')
  return server
}
