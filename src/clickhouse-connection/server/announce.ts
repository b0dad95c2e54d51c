/** Announces this operator at the server, once that is on record. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ObjectKey } from '../../api/object.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Presences } from '../../clickhouse/presence/presences.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { Store } from '../../runtime/cache/store.ts'
import type { Logger } from '../../telemetry/log.ts'

export interface Announcing {
  readonly connections: Pick<Store<ClickHouseConnection>, 'get'>
  readonly presences?: Presences | undefined
  readonly log: Logger
}

/** A failure fails nothing: the next look finds it missing. @throws only the signal's reason */
export async function announcePresence(
  { key, server }: { readonly key: ObjectKey; readonly server: Server | undefined },
  { connections, presences, log }: Announcing,
  signal: AbortSignal,
): Promise<void> {
  const connection = connections.get(key)
  const presence = presences?.of(key)
  if (server === undefined || presence === undefined || connection?.spec.suspend !== false) return
  const urls = presence.unannounced(connection.status?.epochs ?? []).filter(url => server.urls.includes(url))
  await Promise.all(
    urls.map(async url => {
      try {
        await server.announce(url, presence.announcement, signal)
      } catch (error) {
        signal.throwIfAborted()
        const isRefused = error instanceof ClickHouseError && error.code === 'settingRefused'
        log[isRefused ? 'warn' : 'debug'](
          { connection: key, err: error },
          'the operator could not be announced',
        )
        if (isRefused) presence.giveUp()
      }
    }),
  )
}
