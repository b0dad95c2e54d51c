import { dataOf, type Secret } from '../../api/core-objects.ts'
import { connectionOf, partnerKeyOf, tokenSecretName } from '../../api/names.ts'
import { beside, keyOf, type ObjectKey } from '../../api/object.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { leanOwner } from '../../published-secret/request.ts'
import { pairOfToken } from '../../tenancy/pair.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { readableObject, type Cluster, type Readable } from '../cluster/cluster.ts'
import { readSealKey } from '../partner-key/seal-key.ts'
import type { Explanation } from './explanation.ts'
import { asBefore } from './steps/connection-step.ts'
import { statementsFor } from './held-statements.ts'
import { explainTenant, type TenantStep } from './steps/tenant-chain.ts'
import type { TenantFacts } from './steps/tenant-checks.ts'
import { keyTrouble } from './steps/token-step.ts'

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
    verdict: verdictOn(facts),
    standing: asBefore(facts),
    statementOf: statementsFor(facts),
  }
}

function verdictOn(facts: TenantFacts): string {
  const isTroubled = keyTrouble(facts) !== undefined
  if (facts.tenant.spec.access === 'Withheld')
    return `All is as declared: access is withheld, so the token opens nothing.${isTroubled ? ' See what is said of the token.' : ''}`
  return isTroubled
    ? 'The tenant is served as before; see what is said of its token.'
    : 'The tenant is served.'
}

async function gather(tenant: ConnectorTenant, cluster: Cluster, signal: AbortSignal): Promise<TenantFacts> {
  const key = partnerKeyOf(tenant)
  const [partnerKey, namespace, tokenSecret] = await Promise.all([
    readableObject(cluster.partnerKeys, key, signal),
    readableObject(cluster.namespaces, `/${tenant.metadata.namespace ?? ''}`, signal),
    readableObject(cluster.secrets, beside(tenant, tokenSecretName(tenant)), signal),
  ])
  const isHere = partnerKey !== undefined && partnerKey !== 'forbidden'
  const [connection, sealedWith] = await Promise.all([
    isHere ? readableObject(cluster.connections, connectionOf(partnerKey), signal) : partnerKey,
    sealKeyOf(tokenSecret, key, cluster, signal),
  ])
  return { tenant: leanOwner(tenant), partnerKey, connection, namespace, tokenSecret, sealedWith }
}

async function sealKeyOf(
  secret: Readable<Secret>,
  partnerKey: ObjectKey,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Readable<PartnerPrivateKey>> {
  if (secret === undefined || secret === 'forbidden') return secret
  const version = pairOfToken(dataOf(secret, 'token') ?? '')?.partner
  return version === undefined ? undefined : await readSealKey(partnerKey, version, cluster, signal)
}
