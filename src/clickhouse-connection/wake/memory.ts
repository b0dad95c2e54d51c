import type { Server } from '../../clickhouse/server.ts'
import type { ServerView } from './changes.ts'

export interface WakeMemory {
  /** The server whose first snapshot the tenants were told of. */
  announced: Server | undefined
  /** What each endpoint had when it last answered. */
  readonly views: Map<string, ServerView>
  /** Endpoints that answered at the last sync. */
  answering: ReadonlySet<string>
}

export function newWakeMemory(): WakeMemory {
  return { announced: undefined, views: new Map(), answering: new Set() }
}
