/** The operator's own checks of a tenant, asked of what the caller may read. Pure. */
import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import type { Namespace } from '../../../api/core-objects.ts'
import { partnerKeyOf } from '../../../api/names.ts'
import { keyOf } from '../../../api/object.ts'
import { checks } from '../../../connector-tenant/checks.ts'
import type { Readable } from '../../cluster/cluster.ts'
import { currentCondition, failed, passed, toldBy, type Judged } from './chain.ts'
import { asBefore, whatHoldsUp } from './connection-step.ts'
import { askedLabels } from './namespace-labels.ts'
import type { TokenFacts } from './token-step.ts'

export interface TenantFacts extends TokenFacts {
  readonly connection: Readable<ClickHouseConnection>
  readonly namespace: Readable<Namespace>
}

/** `keys` is left out: only the operator knows whether it has looked at them since its start. */
export type CheckName = Exclude<keyof typeof checks, 'keys'>

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

/** Undefined where something may not be read that the check needs. */
export function askCheck(name: CheckName, facts: TenantFacts): Judged | undefined {
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
