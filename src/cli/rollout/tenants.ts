/** The tenants of one PartnerKey, as whoever may list them sees them. Pure. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { LabelSelector } from '../../api/fields/fields.ts'
import { partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { rolloutCandidate } from '../../partner-key/tenants/tenant-view.ts'
import { parsePair, type Pair } from '../../tenancy/pair.ts'
import type { RolloutCandidate, RolloutTenant } from '../../tenancy/rollout/course.ts'

/** Asks the API server for them; those of namesakes come along, and `livingTenantsOf` drops them. */
export function tenantsQuery({ metadata, spec }: PartnerKey) {
  const { namespace = '', name } = metadata
  return {
    fieldSelector: `spec.partnerKeyRef.name=${name}`,
    ...(spec.tenants.namespaces.from === 'Same' ? { namespace } : {}),
  }
}

/** Without those that are being deleted: a rollout is not about them. */
export function livingTenantsOf(
  partnerKey: PartnerKey,
  listed: readonly ConnectorTenant[],
): readonly ConnectorTenant[] {
  return listed.filter(
    tenant => partnerKeyOf(tenant) === keyOf(partnerKey) && tenant.metadata.deletionTimestamp === undefined,
  )
}

/** The labels of a namespace; undefined where they are not known. */
export type LabelsOf = (namespace: string) => Readonly<Record<string, string>> | undefined

/** Those that hold a token. */
export function rolloutTenants(
  partnerKey: PartnerKey,
  living: readonly ConnectorTenant[],
  labelsOf?: LabelsOf,
): readonly RolloutTenant[] {
  return living.flatMap(tenant => {
    const holds = heldPair(tenant)
    return holds === undefined ? [] : [{ ...candidate(partnerKey, tenant, labelsOf), holds }]
  })
}

/** Those that hold none yet. */
export function newcomersOf(
  partnerKey: PartnerKey,
  living: readonly ConnectorTenant[],
  labelsOf?: LabelsOf,
): readonly RolloutCandidate[] {
  return living
    .filter(tenant => heldPair(tenant) === undefined)
    .map(tenant => candidate(partnerKey, tenant, labelsOf))
}

function candidate(
  partnerKey: PartnerKey,
  tenant: ConnectorTenant,
  labelsOf: LabelsOf = () => undefined,
): RolloutCandidate {
  const namespaceLabels = labelsOf(tenant.metadata.namespace ?? '')
  return rolloutCandidate({ tenant, partnerKey, namespaceLabels })
}

/** What the tenant's status says that its Secret holds: nobody needs the right to read tokens for this. */
function heldPair({ status }: ConnectorTenant): Pair | undefined {
  return parsePair(status?.token?.pair)
}

/**
 * For judging tenants without the labels of namespaces: where these decide, a tenant counts as allowed unless its own
 * status says otherwise.
 */
export function withoutSelector(partnerKey: PartnerKey): PartnerKey {
  const { spec } = partnerKey
  if (spec.tenants.namespaces.from !== 'Selector') return partnerKey
  return { ...partnerKey, spec: { ...spec, tenants: { ...spec.tenants, namespaces: { from: 'All' } } } }
}

/** As the API server's query has it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`
      case 'NotIn':
        return `${key} notin (${values.join(',')})`
      case 'Exists':
        return key
      case 'DoesNotExist':
        return `!${key}`
      default:
        return operator satisfies never
    }
  })
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...expressions].join(',')
}
