/** Which of a PartnerKey's tenants a change concerns, so that no more are woken. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Secret } from '../../api/core-objects.ts'
import { tokenSecretName } from '../../api/names.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { needsKeys, pairMoves } from '../../connector-tenant/token/pair-decision.ts'
import { pairIn } from '../../partner-key/tenants/tenant-view.ts'
import type { Pair } from '../../tenancy/pair.ts'
import type { AddedKeys, KeyRing } from '../../token/key-ring.ts'
import type { Store } from '../../runtime/cache/store.ts'

export type Concerns = (tenant: ConnectorTenant) => boolean

export interface ConcernedTenants {
  /** The tenants whose token changes with the PartnerKey's new state. Undefined: none. */
  pairMoves(before: PartnerKey, after: PartnerKey): Concerns | undefined
  /** The tenants that need one of the keys that have come; all when more has changed. */
  needsKeys(partnerKey: ObjectKey, added: AddedKeys | undefined): Concerns
}

export function concernedTenants(
  secrets: Store<Secret>,
  partnerKeys: Store<PartnerKey>,
  keyRing: KeyRing,
): ConcernedTenants {
  const holdings = (tenant: ConnectorTenant, partnerKey: ObjectKey) => {
    const ring = keyRing.get(partnerKey)
    return heldPairs(tenant, secrets.byIndex('tenant', keyOf(tenant))).map(holds => ({ holds, ring }))
  }
  return {
    pairMoves(before, after) {
      const moves = pairMoves(before, after)
      if (moves === undefined) return undefined
      return tenant => holdings(tenant, keyOf(after)).some(holding => moves(keyOf(tenant), tenant, holding))
    },
    needsKeys(key, added) {
      const partnerKey = partnerKeys.get(key)
      if (partnerKey === undefined || added === undefined) return () => true
      return tenant =>
        holdings(tenant, key).some(holding =>
          needsKeys(keyOf(tenant), tenant, { ...holding, partnerKey, added }),
        )
    },
  }
}

/**
 * The pairs that the tenant may hold. Mostly one, that of the Secret with the wanted name, as a rollout counts it. If
 * there is none, those of all Secrets with the tenant's label. One may be a decoy, as anybody in the namespace can set
 * the label; a look too many is harmless. A single undefined: the tenant holds nothing.
 */
function heldPairs(tenant: ConnectorTenant, secrets: readonly Secret[]): readonly (Pair | undefined)[] {
  const wanted = tokenSecretName(tenant)
  const current = secrets.find(({ metadata }) => metadata.name === wanted)
  const pair = current === undefined ? undefined : pairIn(current)
  if (pair !== undefined) return [pair]
  const others = secrets.map(pairIn).filter(one => one !== undefined)
  return others.length > 0 ? others : [undefined]
}
