/** The tenants of one PartnerKey, as whoever may list them sees them. Pure. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { LabelSelector } from '../../api/fields/fields.ts'
import { partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { rolloutTenant } from '../../partner-key/tenants/tenant-view.ts'
import { parsePair, type Pair } from '../../tenancy/pair.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'

/** Asks the API server for them; those of namesakes come along, and `tenantsOf` drops them. */
export function tenantsQuery({ metadata, spec }: PartnerKey) {
  const { namespace = '', name } = metadata
  return {
    fieldSelector: `spec.partnerKeyRef.name=${name}`,
    ...(spec.tenants.namespaces.from === 'Same' ? { namespace } : {}),
  }
}

export function tenantsOf(
  partnerKey: PartnerKey,
  listed: readonly ConnectorTenant[],
): readonly ConnectorTenant[] {
  return listed.filter(tenant => partnerKeyOf(tenant) === keyOf(partnerKey))
}

/** Without those that are being deleted: a rollout is not about them. */
export function livingTenantsOf(
  partnerKey: PartnerKey,
  listed: readonly ConnectorTenant[],
): readonly ConnectorTenant[] {
  return tenantsOf(partnerKey, listed).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

/** Those that hold a token. */
export function rolloutTenants(
  partnerKey: PartnerKey,
  living: readonly ConnectorTenant[],
  labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined = () => undefined,
): readonly RolloutTenant[] {
  return living.flatMap(tenant => {
    const holds = heldPair(tenant)
    const namespaceLabels = labelsOf(tenant.metadata.namespace ?? '')
    return holds === undefined ? [] : [rolloutTenant({ tenant, partnerKey, namespaceLabels }, holds)]
  })
}

/** What the tenant's status says that its Secret holds: nobody needs the right to read tokens for this. */
export function heldPair({ status }: ConnectorTenant): Pair | undefined {
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
