/** Gathers what a decision about one connection rests on: its Secrets, one fresh snapshot, and who is gone. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace, type Secret } from '../api/core-objects.ts'
import { readerSecretName } from '../api/names.ts'
import { keyOf, type ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Server } from '../clickhouse/server.ts'
import { standingOf } from '../clickhouse/sharing/first.ts'
import { otherWays } from '../clickhouse/sharing/ways.ts'
import { durationOf } from '../core/duration.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { Store } from '../runtime/cache/store.ts'
import { lookInside } from './departure/emptiable.ts'
import { observeDepartures } from './departure/observe.ts'
import { findUnclear } from './departure/unclear.ts'
import type { ConnectionMemory } from './memory.ts'
import type { Observed } from './observed.ts'
import { readReaderSecret } from './reader/secret.ts'
import { trialDatabases } from './reader/trial.ts'
import { verifyReader } from './reader/verify.ts'
import { lookAt } from './server/look.ts'
import { readAccount, type FindSecret } from './server/credentials.ts'
import { refusalsOf, rightsDoubtedAt } from './server/refused.ts'
import { missingRights } from './server/rights.ts'
import { withinRoom } from './server/room.ts'
import { openServer, type SessionOptions } from './server/session.ts'
import { wantedRights, type WantedRights } from './server/wanted-rights.ts'

export interface Sources extends SessionOptions {
  readonly connections: Store<ClickHouseConnection>
  /** With the indexes `partnerKey`: `namespace/name` of the PartnerKey, and `database`. */
  readonly tenants: Store<ConnectorTenant>
  /** With an index `connection`: `namespace/name` of the ClickHouseConnection. */
  readonly partnerKeys: Store<PartnerKey>
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  /** Secrets labelled as ours. */
  readonly ownSecrets: Store<Secret>
  /** Credentials, CA and reader's password of each connection; `unknown` while not yet read. */
  readonly referencedSecrets: { get(key: ObjectKey): ReturnType<FindSecret> }
  readonly installation: string
  readonly observing: boolean
  /** To read what the cache may not show yet. Default: the cache has all that matters. */
  readonly connectionClient?: Pick<ResourceClient<ClickHouseConnection>, 'get'>
  /** As if all retired databases were to be emptied, at once and as one: a person asks. */
  readonly allRetired?: boolean
  /** The one database on which the reader is tried: a person asks. */
  readonly trialDatabase?: string
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
}

export interface Sighting {
  readonly seen: Observed
  /** Absent until there was an account to log in with. */
  readonly server: Server | undefined
}

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
  const account = withinRoom(readAccount(connection, find), connection, from.fleet)
  const before = from.fleet.get(key)
  const server = await openServer({ key, object: connection, account }, memory.server, from)
  if (server !== before) memory.reader.verifications.clear()
  const presence = from.presences?.of(key)
  const endpoints = server === undefined ? [] : await lookAt(server, { key, presence }, from, signal)
  const standing = standingOf(connection, endpoints, otherWays(key, from))
  const elapsed = from.clock.monotonic()
  const now = from.clock.now()
  const base = {
    key,
    connection,
    now,
    elapsed,
    installation: from.installation,
    observing: from.observing,
    account,
    endpoints,
    epochs: presence?.epochs,
    contested: presence?.contested,
    ...standing,
    patterns: from.partnerKeys.byIndex('connection', key).flatMap(({ spec }) => spec.tenants.databases ?? []),
    refusals: refusalsOf(tenantsOf(key, from), from.fleet.refused),
    readerSecret: readReaderSecret(connection, find),
    readerSecretName: readerSecretName(connection),
    ...observeDepartures(
      { connection, endpoints, firstOn: standing.firstOn, elapsed, now },
      memory.departure,
      from,
    ),
  }
  return { seen: { ...base, ...(await questions(base, server, { memory, from }, signal)) }, server }
}

/** Looks in our own Secrets first: one that this process has just written is there before any watch shows it. */
export function secretFinder({ ownSecrets, referencedSecrets }: Sources): FindSecret {
  return key => ownSecrets.get(key) ?? referencedSecrets.get(key)
}

function tenantsOf(
  connection: ObjectKey,
  { partnerKeys, tenants }: Pick<Sources, 'partnerKeys' | 'tenants'>,
): readonly ConnectorTenant[] {
  const keys = partnerKeys.keysByIndex('connection', connection)
  return keys.flatMap(partnerKey => tenants.byIndex('partnerKey', partnerKey))
}

/** The rights that the operator's account needs, as the PartnerKeys and their tenants stand now. */
export function rightsFor(
  connection: ClickHouseConnection,
  { partnerKeys, tenants, namespaces }: Pick<Sources, 'partnerKeys' | 'tenants' | 'namespaces'>,
): WantedRights {
  return wantedRights(connection, partnerKeys.byIndex('connection', keyOf(connection)), {
    tenantsOf: partnerKey => tenants.byIndex('partnerKey', keyOf(partnerKey)),
    labelsOf: namespace => labelsOfNamespace(namespace, namespaces),
  })
}

type Questions = Pick<
  Observed,
  'missingRights' | 'missingOnDatabases' | 'verifications' | 'filled' | 'emptiable' | 'unclear'
>

/** Asks what the snapshot does not tell. The number of statements grows with endpoints, not with tenants. */
async function questions(
  known: Omit<Observed, keyof Questions>,
  server: Server | undefined,
  { memory, from }: { readonly memory: ConnectionMemory; readonly from: Sources },
  signal: AbortSignal,
): Promise<Questions> {
  if (server === undefined)
    return {
      missingRights: [],
      missingOnDatabases: [],
      verifications: [],
      filled: [],
      emptiable: [],
      unclear: [],
    }
  const { connection, endpoints, elapsed, readerSecret } = known
  const about = { endpoints, elapsed, doubtedAt: rightsDoubtedAt(known.refusals) }
  const { shared, single } = rightsFor(connection, from)
  const { rights, singleRights } = memory.server
  const maxAgeMs = durationOf(connection.spec.syncInterval) / 2
  const [missing, missingOnDatabases, verifications, emptyings, unclear] = await Promise.all([
    missingRights(server, { ...about, rights: shared }, rights, signal),
    missingRights(server, { ...about, rights: single }, singleRights, signal),
    readerSecret.kind === 'ok'
      ? verifyReader(
          server,
          {
            endpoints,
            password: readerSecret.password,
            databases: trialDatabases(endpoints, from.trialDatabase),
            elapsed,
            maxAgeMs,
          },
          memory.reader,
          signal,
        )
      : [],
    lookInside(server, known, memory.departure, signal),
    findUnclear(server, known.inventory, memory.departure, signal),
  ])
  return { missingRights: missing, missingOnDatabases, verifications, ...emptyings, unclear }
}
