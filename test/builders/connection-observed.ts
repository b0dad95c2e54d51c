/** Builders for what a decision about a connection rests on: two healthy endpoints, and words for what differs. */
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import type { ClickHouseErrorCode } from '../../src/clickhouse/error-codes.ts'
import { ClickHouseError } from '../../src/clickhouse/errors.ts'
import { readerRights, type GrantRow, type RoleRow } from '../../src/clickhouse/catalog/reader-rights.ts'
import type { AccessStorage, EndpointView } from '../../src/clickhouse/catalog/snapshot.ts'
import {
  takeInventory,
  type InventoryInput,
} from '../../src/clickhouse-connection/departure/found/inventory.ts'
import type { Observed } from '../../src/clickhouse-connection/observed.ts'
import type { Verification } from '../../src/clickhouse-connection/reader/observed.ts'
import { planConnection, type Plan } from '../../src/clickhouse-connection/plan.ts'
import { statusOf, type Progress } from '../../src/clickhouse-connection/status.ts'
import { keyOf } from '../../src/api/object.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'
import { encodeMark, type Mark } from '../../src/tenancy/mark.ts'
import { builtConnection } from './connection.ts'
import { brokenCommands } from './printed-commands.ts'

export const installation = 'installation-1'
export const urls = ['http://ch1.example.com:8123', 'http://ch2.example.com:8123'] as const
export const now = Date.parse('2026-01-02T00:00:00Z')

export const mark = (over: Partial<Mark> = {}): string =>
  encodeMark({
    installation,
    namespace: 'tenants',
    name: 'acme',
    state: 'owned',
    onDelete: 'Retain',
    ...over,
  })

export interface EndpointOptions {
  readonly version?: string
  readonly readerExists?: boolean
  /** Comments by database. */
  readonly databases?: Readonly<Record<string, string>>
  /** Databases, or `*.*`, or a prefix with an asterisk. */
  readonly grants?: readonly string[]
  /** What roles that the reader has by default may read. */
  readonly byRole?: Readonly<Record<string, readonly string[]>>
  readonly storage?: AccessStorage
  /** Of every database. Default: each has its own. */
  readonly uuid?: string
  /** By its own clock. Default: `now`. */
  readonly time?: number | undefined
}

const reader: GrantRow['holder'] = { kind: 'user', name: 'datalens' }

export function grant(target: string, holder: GrantRow['holder'] = reader): GrantRow {
  const wildcard = target.endsWith('*') && target !== '*'
  const database = target === '*' ? null : wildcard ? target.slice(0, -1) : target
  return { holder, database, table: null, column: null, revoke: false, grantOption: false, wildcard }
}

const local: AccessStorage = { replicated: false, name: 'local_directory', type: 'local_directory' }

export function answering(url: string, options: EndpointOptions = {}): EndpointView {
  const { version = '26.7.2.1', readerExists = true, databases = {}, grants = [], storage = local } = options
  const time = 'time' in options ? options.time : now
  const byRole = Object.entries(options.byRole ?? {})
  const rights = readerRights({
    exists: readerExists,
    user: 'datalens',
    grants: [
      ...grants.map(target => grant(target)),
      ...byRole.flatMap(([name, targets]) => targets.map(target => grant(target, { kind: 'role', name }))),
    ],
    roles: byRole.map(([role]): RoleRow => ({ holder: reader, role, byDefault: true })),
  })
  const entries = Object.entries(databases).map(
    ([name, comment]) =>
      [name, { uuid: options.uuid ?? `uuid of ${name}`, comment, engine: 'Atomic' }] as const,
  )
  return {
    url,
    ok: true,
    takenAt: 0,
    data: { url, version, time, databases: new Map(entries), reader: rights, accessStorage: storage },
  }
}

/** @param network Node's code, of an endpoint that cannot be reached */
export function down(
  url: string,
  code: ClickHouseErrorCode = 'unreachable',
  network = 'ECONNREFUSED',
): EndpointView {
  const isUnreachable = code === 'unreachable'
  const message = `${new URL(url).host} ${isUnreachable ? `cannot be reached (${network})` : code}`
  const error = new ClickHouseError(code, message, isUnreachable ? { network } : {})
  return { url, ok: false, takenAt: 0, error }
}

export function aConnection(spec: Partial<ClickHouseConnection['spec']> = {}): ClickHouseConnection {
  return builtConnection({ spec: { endpoints: urls, allowHTTP: true, ...spec } })
}

export const loggedIn = (
  url: string,
  over: Partial<Extract<Verification, { kind: 'loggedIn' }>['login']> = {},
): Verification => ({
  url,
  kind: 'loggedIn',
  login: { readonly: 2, settingsAccepted: true, opens: true, refuses: true, ...over },
})

export interface Situation {
  readonly spec?: Partial<ClickHouseConnection['spec']>
  readonly annotations?: Readonly<Record<string, string>>
  readonly status?: ClickHouseConnection['status']
  readonly endpoints?: readonly EndpointView[]
  /** `namespace/name` of tenants that are there, with their database. */
  readonly tenants?: Readonly<Record<string, string>>
  /** Those of them whose access is withheld. */
  readonly withheld?: readonly string[]
  readonly over?: Partial<Observed>
  /** Of all who are gone. Default: an hour ago, and told by the watch. */
  readonly departed?: { readonly agoMs?: number; readonly noted?: boolean; readonly letGo?: boolean }
}

/** Two endpoints with one tenant at rest, unless told otherwise. */
export function aSight(situation: Situation = {}): Observed {
  const databases = { client_1: mark(), default: '' }
  const endpoints =
    situation.endpoints ?? urls.map(url => answering(url, { databases, grants: ['client_1'] }))
  const plain = aConnection(situation.spec)
  const annotated = { ...plain.metadata, annotations: situation.annotations ?? {} }
  const connection = {
    ...plain,
    metadata: annotated,
    ...(situation.status === undefined ? {} : { status: situation.status }),
  }
  const elapsed = 100 * 3_600_000
  const inventory = takeInventory(
    inventoryInput(connection, endpoints, situation.tenants, situation.withheld),
  )
  const { agoMs = 3_600_000, noted = true, letGo = false } = situation.departed ?? {}
  return {
    key: 'datalens/default',
    connection,
    now,
    elapsed,
    installation,
    observing: false,
    account: { kind: 'ok', username: 'operator', password: new Redacted('secret'), ca: undefined },
    endpoints,
    epochs: [],
    contested: [],
    firstOn: new Set(),
    laterOn: new Set(),
    patterns: ['client_*'],
    missingRights: [],
    missingOnDatabases: [],
    refusals: [],
    readerSecret: { kind: 'ok', password: new Redacted('reader-secret') },
    readerSecretName: 'default-reader',
    verifications: endpoints.filter(view => view.ok).map(({ url }) => loggedIn(url)),
    inventory,
    departed: inventory.departed.map(tenant => ({ ...tenant, since: elapsed - agoMs, noted, letGo })),
    recentDepartures: new Map(),
    recentEmptyings: [],
    waitMs: 0,
    waitsUntil: undefined,
    unemptied: inventory.retired,
    claimed: new Set(),
    released: new Set(),
    anyTime: false,
    filled: [],
    emptiable: [],
    unclear: [],
    failed: new Map(),
    ...situation.over,
  }
}

export function inventoryInput(
  connection: ClickHouseConnection,
  endpoints: readonly EndpointView[],
  tenants: Readonly<Record<string, string>> = { 'tenants/acme': 'client_1' },
  withheld: readonly string[] = [],
): InventoryInput {
  return {
    endpoints,
    installation,
    inheritFrom: connection.spec.inheritFrom,
    connection: keyOf(connection),
    whose: () => 'ours',
    managesGrants: connection.spec.reader.grants === 'Managed',
    databaseOf: ({ namespace, name }) => tenants[`${namespace}/${name}`],
    uuidOf: () => undefined,
    watches: namespace => namespace !== 'elsewhere',
    withholds: ({ namespace, name }) => withheld.includes(`${namespace}/${name}`),
  }
}

/** Steps as short words: `createReader@1`, `revokeRead client_1@12`. */
export function words({ steps, departures }: Plan): readonly string[] {
  const at = (url: string): string => String(urls.indexOf(url as (typeof urls)[number]) + 1)
  return [...steps, ...departures.tasks.flatMap(task => task.steps)].map(step => {
    switch (step.kind) {
      case 'writeReaderSecret':
        return step.kind
      case 'createReader':
        return `${step.kind}@${at(step.url)}`
      case 'revokeRead':
        return `${step.kind} ${step.database}@${step.urls.map(at).join('')}`
      case 'retireDatabase':
        return `${step.kind} ${step.database}@${at(step.url)}`
      case 'dropTable':
        return `${step.kind} ${step.database}.${step.table.name}@${at(step.url)}`
      default:
        throw new TypeError(step satisfies never)
    }
  })
}

/** Whatever it is told of: also that each command in a message can be copied. */
export function judged(seen: Observed, progress: Progress = nothingDone(seen)) {
  const status = statusOf(seen, planConnection(seen), progress)
  const conditions = new Map(
    (status.conditions ?? []).map(condition => [condition.type as string, condition]),
  )
  const broken = [...conditions.values()].flatMap(({ message }) => brokenCommands(message))
  if (broken.length > 0) throw new Error(`a message breaks its commands: ${broken.join(' | ')}`)
  return {
    status,
    condition: (type: string) => conditions.get(type),
    short: (type: string) => {
      const found = conditions.get(type)
      return found === undefined ? undefined : `${found.status} ${found.reason}`
    },
    message: (type: string) => conditions.get(type)?.message ?? '',
  }
}

function nothingDone({ observing }: Observed): Progress {
  return { done: [], ...(observing ? { observing: [] } : {}) }
}
