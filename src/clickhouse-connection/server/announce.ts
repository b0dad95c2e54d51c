/** Announces this operator at the server, once that is on record. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ObjectKey } from '../../api/object.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { PresenceKeeper } from '../../clickhouse/presence/presence-keeper.ts'
import type { Presences } from '../../clickhouse/presence/presences.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { Clock } from '../../core/clock.ts'
import type { Store } from '../../runtime/cache/store.ts'
import type { Logger } from '../../telemetry/log.ts'

export interface Announcing {
  readonly connections: Pick<Store<ClickHouseConnection>, 'get'>
  readonly presences?: Presences | undefined
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn' | 'debug'>
}

export interface Announced {
  readonly key: ObjectKey
  readonly server: Pick<Server, 'urls' | 'announce'> | undefined
  /** What the API server made of the status that was just written, if one was. */
  readonly written: ClickHouseConnection | undefined
}

/**
 * Also while suspended: it changes nothing, and whoever looks without announcing itself would keep another's
 * announcement alive. A failure fails nothing: the next look finds it missing. @throws only the signal's reason
 */
export async function announcePresence(
  { key, server, written }: Announced,
  { connections, presences, clock, log }: Announcing,
  signal: AbortSignal,
): Promise<void> {
  const connection = connections.get(key)
  if (server === undefined || presences === undefined || connection === undefined) return
  const presence = presences.of(key)
  if (keepsNoRecord(written, presence)) {
    const why =
      'the CustomResourceDefinition of ClickHouseConnections has no status.epochs, so another operator under this installation’s id would not be noticed: apply the one of this release, and restart the operator'
    if (presences.giveUp()) log.warn({ connection: key }, why)
    return
  }
  const onRecord = connection.status?.epochs ?? []
  const urls = presence.unannounced(onRecord, clock.monotonic()).filter(url => server.urls.includes(url))
  await Promise.all(
    urls.map(async url => {
      try {
        presence.noteSent(url)
        await server.announce(url, presence.announcement, signal)
        presence.noteAnnounced()
      } catch (error) {
        signal.throwIfAborted()
        const isRefused = error instanceof ClickHouseError && error.code === 'settingRefused'
        log[isRefused ? 'warn' : 'debug'](
          { connection: key, endpoint: new URL(url).host, err: error },
          'the operator could not be announced',
        )
        if (isRefused) presence.refuse(url)
      }
    }),
  )
}

/** Fields that a definition does not know are taken out of what is written. */
function keepsNoRecord(written: ClickHouseConnection | undefined, presence: PresenceKeeper): boolean {
  return written !== undefined && written.status?.epochs === undefined && presence.epochs.length > 0
}
