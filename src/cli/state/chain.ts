/**
 * Where a tenant stands in the operator's chain of checks. The operator's own checks judge what the caller may read;
 * the tenant's conditions tell of the rest, and of what only the server knows. Pure.
 */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition, type Condition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace } from '../../api/core-objects.ts'
import { partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { checks } from '../../connector-tenant/checks.ts'
import type { Readable } from '../cluster/cluster.ts'

export interface ExplainFacts {
  readonly tenant: ConnectorTenant
  readonly partnerKey: Readable<PartnerKey>
  readonly connection: Readable<ClickHouseConnection>
  readonly namespace: Readable<Namespace>
}

/** `keys` is left out: only the operator knows whether it has looked at them since its start. */
type CheckName = Exclude<keyof typeof checks, 'keys'>
export type StepName = CheckName | 'claim' | 'access' | 'token'

export interface ChainStep {
  readonly name: StepName
  /** `notReached`: an earlier step has failed. */
  readonly result: 'passed' | 'failed' | 'unknown' | 'notReached'
  /** What is the case, and for a failed step what to do. */
  readonly text: string
}

type Judged = Omit<ChainStep, 'name'>

/** In the order in which a tenant is judged. */
export function explainChain(facts: ExplainFacts): readonly ChainStep[] {
  const steps: ChainStep[] = []
  for (const name of order) {
    const failed = steps.some(({ result }) => result === 'failed')
    const judged: Judged = failed ? { result: 'notReached', text: '' } : judge(name, facts)
    steps.push({ name, ...judged })
  }
  return steps
}

const order: readonly StepName[] = [
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
]

/** The step that a reason of Ready is about. Other reasons are about none in particular. */
const blamed: Readonly<Record<string, StepName>> = {
  Suspended: 'suspended',
  Deleting: 'deleting',
  PartnerKeyNotFound: 'partnerKey',
  NamespaceNotAllowed: 'namespace',
  DatabaseNameNotAllowed: 'name',
  DropNotAllowed: 'drop',
  SecretMetadataNotAllowed: 'metadata',
  ConnectionNotReady: 'connection',
  DatabaseOwnedElsewhere: 'claim',
  DatabaseUnmarked: 'claim',
  NameRetired: 'claim',
  DatabaseLost: 'claim',
  SecretConflict: 'token',
  SecretRefused: 'token',
  OperatorForbidden: 'token',
  AwaitingKey: 'token',
}

const passedTexts: Readonly<Record<CheckName, (facts: ExplainFacts) => string>> = {
  suspended: () => 'it is not suspended',
  deleting: () => 'it is not being deleted',
  partnerKey: ({ tenant }) => `PartnerKey ${partnerKeyOf(tenant)} is there`,
  namespace: ({ tenant }) =>
    `the PartnerKey lets namespace "${tenant.metadata.namespace ?? ''}" have tenants`,
  name: ({ tenant }) => `the PartnerKey lets it use the name "${tenant.spec.database}"`,
  drop: ({ tenant }) => `deletionPolicy ${tenant.spec.deletionPolicy} is allowed`,
  metadata: () => 'nothing is wrong with spec.secret’s labels and annotations',
  connection: () => 'ClickHouse can be used',
}

function judge(name: StepName, facts: ExplainFacts): Judged {
  if (name === 'claim') return judgeClaim(facts)
  if (name === 'access') return judgeCondition('AccessGranted', facts)
  if (name === 'token') return judgeCondition('TokenPublished', facts)
  const live = askCheck(name, facts)
  if (live?.result === 'failed') return live
  const said = operatorsWord(name, facts)
  if (live === undefined) return said
  if (said.result !== 'failed') return live
  return {
    result: 'unknown',
    text: `it looks right now, but what the operator said last is: ${said.text}`,
  }
}

/** The operator's own checks, on what the caller may read; `notReadable` where something is missing for that. */
function askCheck(name: CheckName, facts: ExplainFacts): Judged | undefined {
  const refusal = questions[name](facts)
  if (refusal === 'notReadable') return undefined
  return refusal === undefined
    ? { result: 'passed', text: passedTexts[name](facts) }
    : { result: 'failed', text: refusal.message }
}

type Answer = { readonly message: string } | undefined | 'notReadable'

const questions: Readonly<Record<CheckName, (facts: ExplainFacts) => Answer>> = {
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
    const endpoints = (connection?.status?.endpoints ?? []).map(({ url, reachable }) =>
      reachable
        ? ({ url, reachable, granted: false, readable: false } as const)
        : ({ url, reachable } as const),
    )
    const answers = endpoints.some(({ reachable }) => reachable)
    // A tenant that has a token goes on, whatever else the connection lacks.
    const holdsToken = currentCondition(tenant, 'TokenPublished')?.status === 'True'
    if (connection?.spec.suspend === false && answers && holdsToken) return undefined
    return checks.connection({ partnerKey, connection, endpoints, secret: undefined })
  },
}

function hasPrefixed({ spec }: ConnectorTenant): boolean {
  const { labels = {}, annotations = {} } = spec.secret ?? {}
  return [...Object.keys(labels), ...Object.keys(annotations)].some(name => name.includes('/'))
}

/** What the conditions say of a step. The operator names the first that failed, so earlier ones have passed. */
function operatorsWord(name: StepName, { tenant }: ExplainFacts): Judged {
  const ready = currentCondition(tenant, 'Ready')
  if (ready === undefined) return notLookedAt
  const place = blamed[ready.reason]
  if (place === name && ready.status === 'False') return { result: 'failed', text: ready.message }
  const isPast =
    ready.status === 'True' || (place !== undefined && order.indexOf(place) > order.indexOf(name))
  if (isPast) return { result: 'passed', text: 'as the operator says; you may not read what it rests on' }
  return { result: 'unknown', text: 'you may not read what it rests on, and the operator does not say' }
}

const notLookedAt: Judged = {
  result: 'unknown',
  text: 'the operator has not looked at the latest change yet; if that stays so, see whether it runs',
}

function judgeClaim(facts: ExplainFacts): Judged {
  const said = operatorsWord('claim', facts)
  return said.result === 'failed' ? said : judgeCondition('DatabaseReady', facts)
}

function judgeCondition(
  type: 'DatabaseReady' | 'AccessGranted' | 'TokenPublished',
  { tenant }: ExplainFacts,
): Judged {
  const condition = currentCondition(tenant, type)
  if (condition === undefined || condition.reason === 'Blocked') return notLookedAt
  const { status, reason, message } = condition
  const asWanted = status === 'True' || reason === 'AccessWithheld'
  return { result: asWanted ? 'passed' : 'failed', text: message }
}

/** Undefined also for a condition that tells of an earlier spec. */
function currentCondition({ metadata, status }: ConnectorTenant, type: string): Condition | undefined {
  const conditions: readonly Condition[] = status?.conditions ?? []
  const condition = findCondition(conditions, type)
  const seen = condition?.observedGeneration ?? status?.observedGeneration ?? 0
  return seen >= (metadata.generation ?? 0) ? condition : undefined
}
