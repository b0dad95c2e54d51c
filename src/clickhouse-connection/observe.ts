/** Gathers what a decision about one connection rests on: its Secrets, one fresh snapshot, and who is missing. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { knownDatabase, type ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import { readerSecretName } from '../api/names.ts'
import { keyOf, type ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Server } from '../clickhouse/server.ts'
import type { EndpointView } from '../clickhouse/catalog/snapshot.ts'
import type { Store } from '../runtime/cache/store.ts'
import { takeCensus, type Census, type Missed } from './departure/inventory.ts'
import { missingRights, rightsRequest } from './server/rights.ts'
import { type FindSecret, readAccount, readReaderSecret } from './server/credentials.ts'
import { durationOf } from '../core/duration.ts'
import type { ConnectionMemory } from './memory.ts'
import type { Observed } from './observed.ts'
import { findEmptiable } from './departure/emptiable.ts'
import { openServer, type SessionOptions } from './server/session.ts'
import { verifyReader } from './reader/verify.ts'

export interface Sources extends SessionOptions {
  readonly connections: Store<ClickHouseConnection>
  /** With an index `partnerKey`: `namespace/name` of the PartnerKey. */
  readonly tenants: Store<ConnectorTenant>
  /** With an index `connection`: `namespace/name` of the ClickHouseConnection. */
  readonly partnerKeys: Store<PartnerKey>
  /** Secrets labelled as ours. */
  readonly ownSecrets: Store<Secret>
  /** Credentials, CA and reader's password of each connection; `unknown` while not yet read. */
  readonly referencedSecrets: { get(key: ObjectKey): Secret | undefined | 'unknown' }
  readonly installation: string
  readonly observing: boolean
  /** Every retired database that is due is looked into, not only as many as one sync should. */
  readonly allRetired?: boolean
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
}

export interface Sighting {
  readonly seen: Observed
  /** Absent while there was never an account to log in with. */
  readonly server: Server | undefined
}

/** Evidence of this age is fresh, in milliseconds: departures that come one by one share a reading. */
const freshMs = 1_000

/** Undefined when the connection is gone. */
export async function observe(
  key: ObjectKey,
  memory: ConnectionMemory,
  from: Sources,
  signal: AbortSignal,
): Promise<Sighting | undefined> {
  const connection = from.connections.get(key)
  if (connection === undefined) return undefined
  const find = secretFinder(from)
  const account = readAccount(connection, find)
  const server = await openServer({ key, object: connection, account }, memory, from)
  const endpoints =
    server === undefined ? [] : (await server.snapshot({ maxAgeMs: freshMs }, signal)).endpoints
  const elapsed = from.clock.monotonic()
  forgetUnrevokable(endpoints, memory)
  const census = censusOf(connection, { endpoints, memory }, from)
  const gone = memory.departures.update(census.departed, {
    elapsed,
    complete: endpoints.length > 0 && endpoints.every(view => view.ok),
    lives: departed => databaseOf(departed, from) === departed.database,
  })
  const base = {
    key,
    connection,
    now: from.clock.now(),
    elapsed,
    installation: from.installation,
    observing: from.observing,
    account,
    endpoints,
    patterns: patternsOf(key, from),
    readerSecret: readReaderSecret(connection, find),
    readerSecretName: readerSecretName(connection),
    census,
    gone,
    recentDepartures: memory.departures.recent(gone),
    unrevokable: memory.unrevokable,
  }
  return { seen: { ...base, ...(await questions(base, server, { memory, from }, signal)) }, server }
}

/** Our own come first: a Secret that this process has just written is there before any watch shows it. */
export function secretFinder({ ownSecrets, referencedSecrets }: Sources): FindSecret {
  return key => ownSecrets.get(key) ?? referencedSecrets.get(key)
}

/** Once it is taken otherwise, a REVOKE may be needed again. */
function forgetUnrevokable(endpoints: readonly EndpointView[], { unrevokable }: ConnectionMemory): void {
  for (const entry of unrevokable) {
    const [url, ...database] = entry.split(' ')
    const view = endpoints.find(each => each.url === url)
    if (view?.ok === true && !view.data.reader.touches(database.join(' '))) unrevokable.delete(entry)
  }
}

function censusOf(
  { spec }: ClickHouseConnection,
  { endpoints, memory }: { readonly endpoints: readonly EndpointView[]; readonly memory: ConnectionMemory },
  from: Sources,
): Census {
  return takeCensus({
    endpoints,
    installation: from.installation,
    inheritFrom: spec.inheritFrom,
    managesGrants: spec.reader.grants === 'Managed',
    databaseOf: tenant => databaseOf(tenant, from),
    uuidOf: tenant => uuidOf(tenant, from),
    watches: from.watches,
    unrevokable: memory.unrevokable,
  })
}

function databaseOf({ namespace, name }: Omit<Missed, 'database'>, { tenants }: Sources): string | undefined {
  return tenants.get(`${namespace}/${name}`)?.spec.database
}

function uuidOf({ namespace, name }: Omit<Missed, 'database'>, { tenants }: Sources): string | undefined {
  const tenant = tenants.get(`${namespace}/${name}`)
  return tenant === undefined ? undefined : knownDatabase(tenant)?.uuid
}

function patternsOf(key: ObjectKey, { partnerKeys }: Sources): readonly string[] {
  return partnerKeys.byIndex('connection', key).flatMap(({ spec }) => spec.tenants.databases ?? [])
}

type Known = Pick<
  Observed,
  'connection' | 'endpoints' | 'elapsed' | 'now' | 'census' | 'readerSecret' | 'key'
>

/** What has to be asked beyond the snapshot; as many statements as there are endpoints, not tenants. */
async function questions(
  known: Known,
  server: Server | undefined,
  { memory, from }: { readonly memory: ConnectionMemory; readonly from: Sources },
  signal: AbortSignal,
): Promise<Pick<Observed, 'missingRights' | 'verifications' | 'emptiable'>> {
  if (server === undefined) return { missingRights: [], verifications: [], emptiable: [] }
  const { connection, endpoints, elapsed, census, readerSecret } = known
  const namesOf = (partnerKey: PartnerKey): string[] =>
    from.tenants.byIndex('partnerKey', keyOf(partnerKey)).map(({ spec }) => spec.database)
  const request = rightsRequest(connection, from.partnerKeys.byIndex('connection', known.key), namesOf)
  const maxAgeMs = durationOf(connection.spec.syncInterval) / 2
  const [rights, verifications, emptiable] = await Promise.all([
    missingRights(server, { endpoints, request, elapsed }, memory, signal),
    readerSecret.kind === 'ok'
      ? verifyReader(
          server,
          { endpoints, password: readerSecret.password, census, elapsed, maxAgeMs },
          memory,
          signal,
        )
      : [],
    findEmptiable(server, { ...known, all: from.allRetired }, memory, signal),
  ])
  return { missingRights: rights, verifications, emptiable }
}
