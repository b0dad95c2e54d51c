/** One tenant as a rollout sees it: where it stands, what its Secret holds, what keeps it from its token. */
import { findCondition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Secret } from '../../api/core-objects.ts'
import { annotations, secretTypes } from '../../api/labels.ts'
import { tokenSecretName } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { admits } from '../../tenancy/name-policy.ts'
import { selects } from '../../tenancy/label-selector.ts'
import { pairOfToken, parsePair, samePair, type Pair } from '../../tenancy/pair.ts'
import type { RolloutCandidate, RolloutTenant } from '../../tenancy/rollout/course.ts'
import { notAllowed } from '../../tenancy/rollout/tally.ts'
import { slotOf } from '../../tenancy/slots.ts'

export interface TenantView {
  /** The pair of the token in each of its Secrets. More than one only while a Secret moves to another name. */
  readonly pairs: readonly Pair[]
  /** Undefined while it holds no token, or is being deleted. */
  readonly rollout: RolloutTenant | undefined
}

export interface TenantSituation {
  readonly tenant: ConnectorTenant
  readonly partnerKey: PartnerKey | undefined
  /** Undefined where they are not known. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined
}

export interface TenantFacts extends TenantSituation {
  /** All of its Secrets that are labelled as ours. */
  readonly secrets: readonly Secret[]
  /** There may be others: the cache has no room for all that its namespace holds. */
  readonly withheld: boolean
}

export function describeTenant(facts: TenantFacts): TenantView {
  const { tenant } = facts
  const wanted = tokenSecretName(tenant)
  const held = heldBy(facts)
  const holds = (held.find(({ name }) => name === wanted) ?? held[0])?.pair
  const gone = tenant.metadata.deletionTimestamp !== undefined
  const rollout = holds === undefined || gone ? undefined : { ...rolloutCandidate(facts), holds }
  return { pairs: held.map(({ pair }) => pair), rollout }
}

interface Held {
  readonly name: string
  readonly pair: Pair
}

/** What its Secrets hold. Where one may not be known, what its status says of that one. */
function heldBy({ tenant, secrets, withheld }: TenantFacts): readonly Held[] {
  const held = secrets.flatMap(secret => named(secret.metadata.name, pairIn(secret)))
  const { token } = tenant.status ?? {}
  if (!withheld || token === undefined) return held
  if (secrets.some(({ metadata }) => metadata.name === token.secretName)) return held
  return [...held, ...named(token.secretName, parsePair(token.pair))]
}

function named(name: string, pair: Pair | undefined): readonly Held[] {
  return pair === undefined ? [] : [{ name, pair }]
}

/** Allocates nothing, since it is asked at every event of ten thousand tenants. */
export function sameView(a: TenantView, b: TenantView): boolean {
  return (
    a.pairs.length === b.pairs.length &&
    a.pairs.every((pair, at) => samePair(pair, b.pairs[at])) &&
    sameRollout(a.rollout, b.rollout)
  )
}

/** The type asks for every field, since a change of one that is left out would go unnoticed. */
const comparedAs: Readonly<Record<keyof RolloutTenant, 'value' | 'pair'>> = {
  name: 'value',
  slot: 'value',
  inCanary: 'value',
  holds: 'pair',
  standing: 'value',
  rejected: 'pair',
  ownFault: 'value',
  otherFault: 'value',
  notReadySince: 'value',
}
const fields = Object.keys(comparedAs) as readonly (keyof RolloutTenant)[]

function sameRollout(a: RolloutTenant | undefined, b: RolloutTenant | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return fields.every(field =>
    comparedAs[field] === 'pair'
      ? samePair(a[field] as Pair | undefined, b[field] as Pair | undefined)
      : a[field] === b[field],
  )
}

const knownRules = new WeakMap<PartnerKey, string>()

/** All that `describeTenant` reads of a PartnerKey, as text. With the same text two PartnerKeys judge tenants alike. */
export function rulesOf(partnerKey: PartnerKey | undefined): string {
  if (partnerKey === undefined) return ''
  const known = knownRules.get(partnerKey)
  if (known !== undefined) return known
  const { tenants, rollout } = partnerKey.spec
  const rules = JSON.stringify([
    tenants.namespaces,
    tenants.databases ?? null,
    rollout.canary?.selector ?? null,
  ])
  knownRules.set(partnerKey, rules)
  return rules
}

/** The pair that the token in a Secret begins with. No more of it is decoded. */
export function pairIn(secret: Secret): Pair | undefined {
  if (secret.type !== secretTypes.connectorToken) return undefined
  const start = Buffer.from((secret.data?.['token'] ?? '').slice(0, longestStart), 'base64').toString(
    'latin1',
  )
  return pairOfToken(start)
}

/** Base64 characters that hold two versions of ten digits and both colons. */
const longestStart = 32

/** The tenant for a rollout, whether or not it holds a token. */
export function rolloutCandidate(facts: TenantSituation): RolloutCandidate {
  const { tenant, partnerKey } = facts
  const { namespace = '', name, labels } = tenant.metadata
  const canary = partnerKey?.spec.rollout.canary
  return {
    name: keyOf(tenant),
    slot: slotOf(namespace, name),
    inCanary: canary !== undefined && selects(canary.selector, labels),
    standing: standingOf(facts),
    rejected: parsePair(tenant.metadata.annotations?.[annotations.rejected]),
    ...faultsOf(tenant),
    notReadySince: notReadySince(tenant),
  }
}

function standingOf({ tenant, partnerKey, namespaceLabels }: TenantSituation): RolloutTenant['standing'] {
  if (partnerKey === undefined) return 'notAllowed'
  if (!admits(partnerKey, tenant, namespaceLabels)) return 'notAllowed'
  return tenant.spec.suspend ? 'suspended' : 'counts'
}

/** Faults in the tenant's own namespace, in a few words. They hold nobody else up. */
const ownFaults: Readonly<Record<string, string>> = {
  SecretConflict: 'its Secret is not its own',
  SecretRefused: 'its namespace refuses the Secret',
  SecretMetadataNotAllowed: 'its spec.secret is refused',
  DropNotAllowed: 'its deletionPolicy is refused',
  NamespaceNotAllowed: notAllowed,
  DatabaseNameNotAllowed: notAllowed,
  DatabaseOwnedElsewhere: 'its database is not its own',
  DatabaseUnmarked: 'its database is not its own',
  NameRetired: 'its database is not its own',
  Suspended: 'suspended',
  Observing: 'only observed',
  Deleting: 'being deleted',
}

/** Reasons under which a tenant merely waits, or that say nothing of a fault. */
const harmless: ReadonlySet<string> = new Set([
  'Ready',
  'Progressing',
  'AccessWithheld',
  'AccessRemains',
  'Blocked',
])

function faultsOf({ status }: ConnectorTenant): Pick<RolloutTenant, 'ownFault' | 'otherFault'> {
  const conditions = status?.conditions
  const ready = findCondition(conditions, 'Ready')
  // Whatever is found, nothing is changed in observe mode.
  const told =
    ready?.reason === 'Observing'
      ? ready
      : (findCondition(conditions, 'Stalled') ??
        findCondition(conditions, 'Reconciling') ??
        (ready?.status === 'True' ? undefined : ready))
  const reason = told?.reason
  const ownFault = reason === undefined ? undefined : ownFaults[reason]
  const isOther = reason !== undefined && ownFault === undefined && !harmless.has(reason)
  return { ownFault, otherFault: isOther ? reason : undefined }
}

/** Undefined also for a tenant without a status: it lost the status in a restore, and no fault of it is known. */
function notReadySince({ status }: ConnectorTenant): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready')
  if (ready === undefined || ready.status === 'True') return undefined
  return parseTimestamp(ready.lastTransitionTime) ?? 0
}
