/**
 * Where a tenant stands in the operator's chain of checks. The operator's own checks judge what the caller may read;
 * the tenant's conditions tell of the rest, and of what only the server knows. Pure.
 */
import { isAmiss } from '../../../api/conditions.ts'
import type { ClickHouseConnectionReason } from '../../../api/reasons.ts'
import { clickHouseConnectionConditions } from '../../../api/status/clickhouse-connection.ts'
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
import { askCheck, type CheckName, type TenantFacts } from './tenant-checks.ts'
import { judgeToken } from './token-step.ts'

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

function judge(name: TenantStep, facts: TenantFacts): Judged {
  if (name === 'claim') return judgeClaim(facts)
  if (name === 'access') return judgeAccess(facts)
  if (name === 'token') return judgeToken(facts, judgeCondition('TokenPublished', facts))
  if (name === 'reader') return liveOrTold(judgeReader(facts), operatorsWord(name, facts.tenant, chain))
  return liveOrTold(askCheck(name, facts), operatorsWord(name, facts.tenant, chain))
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
