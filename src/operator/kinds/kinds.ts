/** The kinds that the operator runs. A new kind is one entry. */
import type { Kind } from '../kind.ts'
import { connectionKind, watchConnections } from './clickhouse-connection.ts'
import { tenantKind, watchTenants } from './connector-tenant.ts'
import type { KindEnvironment, Related } from './environment.ts'
import { partnerKeyKind, watchPartnerKeys } from './partner-key.ts'
import { embedKind } from './secure-embed.ts'
import type { SharedWatches, WatchEnvironment } from '../watches.ts'
import { ServerChanges } from './server-changes.ts'

export function watchRelated(environment: WatchEnvironment, shared: SharedWatches): Related {
  return {
    connections: watchConnections(environment),
    partnerKeys: watchPartnerKeys(environment),
    tenants: watchTenants(environment, shared),
  }
}

/** Each kind comes after those that it depends on. Nothing runs yet. */
export function createKinds(environment: KindEnvironment): readonly Kind[] {
  const related = watchRelated(environment, environment.shared)
  const changes = new ServerChanges()
  return [
    connectionKind(environment, related, changes),
    partnerKeyKind(environment, related),
    tenantKind(environment, related, changes),
    embedKind(environment),
  ]
}
