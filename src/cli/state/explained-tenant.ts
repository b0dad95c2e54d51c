import { connectionOf, partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { leanOwner } from '../../published-secret/request.ts'
import { readableObject, type Cluster } from '../cluster/cluster.ts'
import type { Explanation } from './explanation.ts'
import { asBefore } from './connection-step.ts'
import { statementsFor } from './held-statements.ts'
import { explainTenant, type TenantStep } from './tenant-chain.ts'
import type { TenantFacts } from './tenant-checks.ts'

const titles: Readonly<Record<TenantStep, string>> = {
  suspended: 'suspended',
  deleting: 'deletion',
  partnerKey: 'PartnerKey',
  namespace: 'namespace',
  name: 'database name',
  drop: 'deletionPolicy',
  metadata: 'Secret metadata',
  connection: 'connection',
  claim: 'database',
  access: 'access',
  token: 'token',
  reader: 'reader',
}

/** @throws KubeError */
export async function explainedTenant(
  tenant: ConnectorTenant,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Explanation> {
  const facts = await gather(tenant, cluster, signal)
  const { database } = tenant.spec
  const [key, partnerKey] = [keyOf(tenant), partnerKeyOf(tenant)]
  return {
    object: tenant,
    title: `ConnectorTenant ${key}`,
    about: `database "${database}", PartnerKey ${partnerKey}`,
    facts: { tenant: key, database, partnerKey },
    steps: explainTenant(facts).map(step => ({ ...step, title: titles[step.name] })),
    verdict:
      tenant.spec.access === 'Withheld'
        ? 'All is as declared: access is withheld, so the token opens nothing.'
        : 'The tenant is served.',
    standing: asBefore(facts),
    statementOf: statementsFor(facts),
  }
}

async function gather(tenant: ConnectorTenant, cluster: Cluster, signal: AbortSignal): Promise<TenantFacts> {
  const [partnerKey, namespace] = await Promise.all([
    readableObject(cluster.partnerKeys, partnerKeyOf(tenant), signal),
    readableObject(cluster.namespaces, `/${tenant.metadata.namespace ?? ''}`, signal),
  ])
  const connection =
    partnerKey === undefined || partnerKey === 'forbidden'
      ? partnerKey
      : await readableObject(cluster.connections, connectionOf(partnerKey), signal)
  return { tenant: leanOwner(tenant), partnerKey, connection, namespace }
}
