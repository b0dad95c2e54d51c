/** What objects show only together: key policies, and one database claimed twice. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { connectionOf, partnerKeyOf } from '../../api/names.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { checks } from '../../connector-tenant/checks.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPublicKey } from '../../token/keys.ts'
import type { Finding, GoodObject } from './finding.ts'
import { keyOf, located, ofKind, say, whereIs } from './good-objects.ts'
import type { Path } from './structural-schema.ts'

export interface PolicyOptions {
  /** The operator's `--secret-metadata-prefixes`; undefined: not checked. */
  readonly metadataPrefixes: readonly string[] | undefined
}

interface Tenant {
  readonly key: ObjectKey
  readonly object: GoodObject
  readonly tenant: ConnectorTenant
  readonly partnerKey: PartnerKey | undefined
}

/** @param objects each good by itself */
export function policyFindings(objects: readonly GoodObject[], options: PolicyOptions): readonly Finding[] {
  const keys = new Map(ofKind(objects, 'PartnerKey').map(object => [keyOf(object), object]))
  const tenants = ofKind(objects, 'ConnectorTenant').map((object): Tenant => {
    const tenant = located(object) as ConnectorTenant
    const partnerKey = keys.get(partnerKeyOf(tenant))
    return {
      key: keyOf(object),
      object,
      tenant,
      partnerKey: partnerKey && (located(partnerKey) as PartnerKey),
    }
  })
  const labels = new Map(
    ofKind(objects, 'Namespace').map(object => [object.name, located(object).metadata.labels ?? {}]),
  )
  const judged = tenants.map(entry => ({ entry, findings: tenantFindings(entry, labels, options) }))
  // A tenant that is refused anyway takes a name from nobody.
  const allowed = judged.filter(({ findings }) => findings.every(({ severity }) => severity === 'warning'))
  return [
    ...repeatedObjects(objects),
    ...[...keys.values()].flatMap(keyFindings),
    ...judged.flatMap(({ findings }) => findings),
    ...sharedDatabases(allowed.map(({ entry }) => entry)),
  ]
}

function tenantFindings(
  { key, object, tenant, partnerKey }: Tenant,
  labels: ReadonlyMap<string, Readonly<Record<string, string>>>,
  { metadataPrefixes }: PolicyOptions,
): readonly Finding[] {
  if (partnerKey === undefined) {
    const message = `its PartnerKey ${partnerKeyOf(tenant)} is not among these files, so that key’s policy is not checked`
    return [say(object, 'policy', ['spec', 'partnerKeyRef'], message, 'warning')]
  }
  const { namespaces, assignments } = partnerKey.spec.tenants
  const namespaceLabels = labels.get(object.namespace)
  const seen = {
    key,
    tenant,
    partnerKey,
    namespaceLabels,
    metadataPrefixes: metadataPrefixes ?? [],
    shape: {
      labels: tenant.spec.secret?.labels ?? {},
      annotations: tenant.spec.secret?.annotations ?? {},
    },
  }
  const findings: Finding[] = []
  const outside = checks.namespace(seen)
  if (namespaces.from === 'Selector' && namespaceLabels === undefined) {
    const message = `namespace ${object.namespace} is not among these files, so whether the PartnerKey selects it is not checked`
    findings.push(say(object, 'policy', ['metadata', 'namespace'], message, 'warning'))
  } else findings.push(...refusal(object, ['metadata', 'namespace'], outside))
  if (findings.every(({ severity }) => severity === 'warning'))
    findings.push(...refusal(object, ['spec', 'database'], checks.name(seen)))
  findings.push(...refusal(object, ['spec', 'deletionPolicy'], checks.drop(seen)))
  if (metadataPrefixes !== undefined)
    findings.push(...refusal(object, ['spec', 'secret'], checks.metadata(seen)))
  const assigned = assignments.find(({ database }) => database === tenant.spec.database)
  if (assigned !== undefined && `${assigned.namespace}/${assigned.name}` !== key) {
    const message = `the PartnerKey assigns database "${assigned.database}" to ${assigned.namespace}/${assigned.name}`
    findings.push(say(object, 'claim', ['spec', 'database'], message))
  }
  return findings
}

function refusal(
  object: GoodObject,
  path: Path,
  refused: { readonly message: string } | undefined,
): readonly Finding[] {
  return refused === undefined ? [] : [say(object, 'policy', path, refused.message)]
}

/** Checks DataLens's key in full; the API server sees only a text. */
function keyFindings(object: GoodObject): readonly Finding[] {
  const { dataLens } = (located(object) as PartnerKey).spec
  if (dataLens === undefined) return []
  try {
    inspectPublicKey(dataLens.publicKey)
    return []
  } catch (error) {
    if (!(error instanceof KeyMaterialError)) throw error
    return [say(object, 'key', ['spec', 'dataLens', 'publicKey'], error.message)]
  }
}

/**
 * Two tenants of one ClickHouse cannot have the same database. Where the connection is unknown, tenants of one key
 * are compared.
 */
function sharedDatabases(tenants: readonly Tenant[]): readonly Finding[] {
  const first = new Map<string, Tenant>()
  return tenants.flatMap(entry => {
    const { tenant, partnerKey, object } = entry
    const server =
      partnerKey === undefined ? `key ${partnerKeyOf(tenant)}` : `connection ${connectionOf(partnerKey)}`
    const claim = `${server} ${tenant.spec.database}`
    const other = first.get(claim)
    if (other === undefined) first.set(claim, entry)
    if (other === undefined || other.key === entry.key) return []
    const message = `database "${tenant.spec.database}" is claimed by ${other.key} too (${whereIs(other.object)}); only one tenant can have it`
    return [say(object, 'claim', ['spec', 'database'], message)]
  })
}

function repeatedObjects(objects: readonly GoodObject[]): readonly Finding[] {
  const first = new Map<string, GoodObject>()
  return objects.flatMap(object => {
    const identity = `${object.kind} ${keyOf(object)}`
    const other = first.get(identity)
    if (other === undefined) first.set(identity, object)
    if (other === undefined || object.kind === 'Namespace') return []
    const message = `the same object is at ${whereIs(other)}; whichever is applied last counts`
    return [say(object, 'claim', ['metadata', 'name'], message, 'warning')]
  })
}
