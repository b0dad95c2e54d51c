/**
 * Where a tenant stands in the operator's chain of checks. The operator's own checks judge what the caller may read;
 * the tenant's conditions tell of the rest, and of what only the server knows. Pure.
 */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { isAmiss } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace } from '../../api/core-objects.ts'
import { partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { ClickHouseConnectionReason } from '../../api/reasons.ts'
import { clickHouseConnectionConditions } from '../../api/status/clickhouse-connection.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { checks } from '../../connector-tenant/checks.ts'
import type { Readable } from '../cluster/cluster.ts'
import {
  currentCondition,
  failed,
  liveOrTold,
  notLookedAt,
  notReached,
  operatorsWord,
  passed,
  toldBy,
  unknown,
  walk,
  type Chain,
  type ChainStep,
  type Judged,
} from './chain.ts'
import { asBefore, whatHoldsUp } from './connection-step.ts'
import { askedLabels } from './namespace-labels.ts'

export interface TenantFacts {
  readonly tenant: ConnectorTenant
  readonly partnerKey: Readable<PartnerKey>
  readonly connection: Readable<ClickHouseConnection>
  readonly namespace: Readable<Namespace>
}

/** `keys` is left out: only the operator knows whether it has looked at them since its start. */
type CheckName = Exclude<keyof typeof checks, 'keys'>
export type TenantStep = CheckName | 'claim' | 'access' | 'token' | 'reader'

/** In the order in which a tenant is judged. */
export function explainTenant(facts: TenantFacts): readonly ChainStep<TenantStep>[] {
  return walk(chain, (name, hasFailed) => (hasFailed ? notReached : judge(name, facts)))
}

const chain: Chain<TenantStep> = {
  order: [
    'suspended',
    'deleting',
    'partnerKey',
    'namespace',
    'name',
    'drop',
    'metadata',
    'connection',
    'claim',
    'access',
    'token',
    'reader',
  ],
  blamed: {
    Suspended: 'suspended',
    Deleting: 'deleting',
    PartnerKeyNotFound: 'partnerKey',
    NamespaceNotAllowed: 'namespace',
    DatabaseNameNotAllowed: 'name',
    DropNotAllowed: 'drop',
    SecretMetadataNotAllowed: 'metadata',
    ConnectionNotReady: 'connection',
    StatementRefused: 'connection',
    DatabaseOwnedElsewhere: 'claim',
    DatabaseUnmarked: 'claim',
    NameRetired: 'claim',
    DatabaseLost: 'claim',
    SecretConflict: 'token',
    SecretRefused: 'token',
    OperatorForbidden: 'token',
    AwaitingKey: 'token',
  },
}

const passedTexts: Readonly<Record<CheckName, (facts: TenantFacts) => string>> = {
  suspended: () => 'it is not suspended',
  deleting: () => 'it is not being deleted',
  partnerKey: ({ tenant }) => `PartnerKey ${partnerKeyOf(tenant)} is there`,
  namespace: ({ tenant }) =>
    `the PartnerKey lets namespace "${tenant.metadata.namespace ?? ''}" have tenants`,
  name: ({ tenant }) => `the PartnerKey lets it use the name "${tenant.spec.database}"`,
  drop: ({ tenant }) => `deletionPolicy ${tenant.spec.deletionPolicy} is allowed`,
  metadata: () => 'nothing is wrong with spec.secret’s labels and annotations',
  connection: facts => asBefore(facts) ?? 'ClickHouse can be used',
}

function judge(name: TenantStep, facts: TenantFacts): Judged {
  if (name === 'claim') return judgeClaim(facts)
  if (name === 'access') return judgeAccess(facts)
  if (name === 'token') return judgeToken(facts)
  if (name === 'reader') return liveOrTold(judgeReader(facts), operatorsWord(name, facts.tenant, chain))
  return liveOrTold(askCheck(name, facts), operatorsWord(name, facts.tenant, chain))
}

/** The operator's own checks, on what the caller may read; `notReadable` where something is missing for that. */
function askCheck(name: CheckName, facts: TenantFacts): Judged | undefined {
  const refusal = questions[name](facts)
  if (refusal === 'notReadable') return undefined
  if (refusal === undefined) return passed(passedTexts[name](facts))
  return failed(name === 'namespace' ? `${refusal.message}${selectorOf(facts)}` : refusal.message)
}

/** Whoever may read the PartnerKey may know which labels it asks for. */
function selectorOf({ partnerKey, namespace }: TenantFacts): string {
  if (partnerKey === undefined || partnerKey === 'forbidden') return ''
  const { from, selector } = partnerKey.spec.tenants.namespaces
  if (from !== 'Selector' || selector === undefined) return ''
  return namespace === undefined || namespace === 'forbidden' ? '' : ` ${askedLabels(selector, namespace)}`
}

type Answer = { readonly message: string } | undefined | 'notReadable'

const questions: Readonly<Record<CheckName, (facts: TenantFacts) => Answer>> = {
  suspended: ({ tenant }) => checks.suspended({ tenant }),
  deleting: ({ tenant }) => checks.deleting({ tenant }),
  partnerKey: ({ tenant, partnerKey }) =>
    partnerKey === 'forbidden'
      ? 'notReadable'
      : checks.partnerKey({ partnerKey, partnerKeyRef: partnerKeyOf(tenant) }),
  namespace({ tenant, partnerKey, namespace }) {
    if (partnerKey === 'forbidden') return 'notReadable'
    const selects = partnerKey?.spec.tenants.namespaces.from === 'Selector'
    if (selects && namespace === 'forbidden') return 'notReadable'
    const namespaceLabels = namespace === 'forbidden' ? undefined : (namespace?.metadata.labels ?? {})
    return checks.namespace({ partnerKey, key: keyOf(tenant), namespaceLabels })
  },
  name: ({ tenant, partnerKey }) =>
    partnerKey === 'forbidden' ? 'notReadable' : checks.name({ partnerKey, tenant, key: keyOf(tenant) }),
  drop: ({ tenant, partnerKey }) =>
    partnerKey === 'forbidden' ? 'notReadable' : checks.drop({ partnerKey, tenant }),
  /** The allowed prefixes are a flag of the operator's, which nobody here knows. */
  metadata: ({ tenant }) => (hasPrefixed(tenant) ? 'notReadable' : undefined),
  connection({ tenant, partnerKey, connection }) {
    if (partnerKey === 'forbidden' || connection === 'forbidden') return 'notReadable'
    if (asBefore({ tenant, connection }) !== undefined) return undefined
    const holdsUp = connection && whatHoldsUp(tenant, connection)
    if (connection !== undefined && holdsUp !== undefined)
      return { message: toldBy('ClickHouseConnection', connection, holdsUp) }
    const endpoints = (connection?.status?.endpoints ?? []).map(({ url, reachable }) =>
      reachable
        ? ({ url, reachable, granted: false, readable: false, byRole: false } as const)
        : ({ url, reachable } as const),
    )
    // Who is served has a token, and needs less of the connection than who is new.
    const isServed = currentCondition(tenant, 'Ready')?.status === 'True'
    const secret = isServed ? ({ seal: 'valid' } as const) : undefined
    return checks.connection({ partnerKey, connection, endpoints, secret })
  },
}

function hasPrefixed({ spec }: ConnectorTenant): boolean {
  const { labels = {}, annotations = {} } = spec.secret ?? {}
  return [...Object.keys(labels), ...Object.keys(annotations)].some(name => name.includes('/'))
}

function judgeClaim(facts: TenantFacts): Judged {
  const said = operatorsWord('claim', facts.tenant, chain)
  return said.result === 'failed' ? said : judgeCondition('DatabaseReady', facts)
}

/** What the connection says of a right that opens a database against its tenant's wish. */
const opensTooMuch: ReadonlySet<string> = new Set<ClickHouseConnectionReason>([
  'AccessRemains',
  'GrantBroaderThanDeclared',
])

/** A tenant's author is told that something opens the database; who may read the connection is told what. */
function judgeAccess(facts: TenantFacts): Judged {
  const { tenant, connection } = facts
  const said = judgeCondition('AccessGranted', facts)
  if (connection === 'forbidden' || connection === undefined) return said
  if (currentCondition(tenant, 'AccessGranted')?.reason !== 'AccessRemains') return said
  const verified = currentCondition(connection, 'ReaderVerified')
  return verified !== undefined && opensTooMuch.has(verified.reason)
    ? failed(toldBy('ClickHouseConnection', connection, verified))
    : said
}

/** A tenant's author is told that the key is missing; who may read the PartnerKey is told why. */
function judgeToken(facts: TenantFacts): Judged {
  const { tenant, partnerKey } = facts
  const said = judgeCondition('TokenPublished', facts)
  if (said.result !== 'failed' || partnerKey === 'forbidden' || partnerKey === undefined) return said
  const minting = currentCondition(partnerKey, 'Minting')
  const waits = currentCondition(tenant, 'TokenPublished')?.reason === 'AwaitingKey'
  return waits && minting?.status === 'False' ? failed(toldBy('PartnerKey', partnerKey, minting)) : said
}

/** Whether DataLens gets in at all, and sees no more than it should; undefined where that may not be read. */
function judgeReader({ tenant, connection }: TenantFacts): Judged | undefined {
  if (connection === 'forbidden' || connection === undefined) return undefined
  const verified = currentCondition(connection, 'ReaderVerified')
  if (verified?.reason === 'Blocked')
    return unknown('nobody logs in as the reader until the connection can be used')
  if (verified === undefined || verified.status === 'Unknown')
    return unknown(verified?.message ?? 'nobody has logged in as the reader yet')
  if (verified.status === 'True') return passed(verified.message)
  if (!isAmiss(clickHouseConnectionConditions, verified)) return unknown(verified.message)
  if (verified.reason === 'AccessRemains')
    return passed('DataLens gets in as the reader. It may still read a database that was taken from others.')
  const views = connection.status?.reader?.refusedViews ?? []
  const isElsewhere = views.length > 0 && views.every(({ database }) => database !== tenant.spec.database)
  return verified.reason === 'ViewRefused' && isElsewhere
    ? passed('DataLens gets in as the reader. A view in another database is refused.')
    : failed(toldBy('ClickHouseConnection', connection, verified))
}

function judgeCondition(
  type: 'DatabaseReady' | 'AccessGranted' | 'TokenPublished',
  { tenant, connection }: TenantFacts,
): Judged {
  const condition = currentCondition(tenant, type)
  if (condition === undefined || condition.reason === 'Blocked') return notLookedAt
  const { status, reason, message } = condition
  const asWanted = status === 'True' || reason === 'AccessWithheld'
  if (!asWanted) return failed(message)
  return passed(type === 'TokenPublished' ? message : `${message}${asOf(connection)}`)
}

/** The server is not asked here. */
function asOf(connection: TenantFacts['connection']): string {
  if (connection === 'forbidden' || connection === undefined) return ' (As of the operator’s last look.)'
  return ` (As of the last sync; there is one every ${connection.spec.syncInterval}.)`
}
