/** Which of a PartnerKey's tenants a change concerns, so that no more are woken. */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { keyOf, type Key } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import { needsKeys, pairMoves } from '../connector-tenant/pair-decision.ts'
import { heldPair } from '../connector-tenant/secret.ts'
import type { AddedKeys, KeyRing } from '../token/key-ring.ts'
import type { Watches } from './watches.ts'

export type Concerns = (tenant: ConnectorTenant) => boolean

export interface ConcernedTenants {
  /** Those whose token would be another under the PartnerKey's new state; undefined: nobody's would be. */
  pairMoves(before: PartnerKey, after: PartnerKey): Concerns | undefined
  /** Those that need one of the keys that have come; all when more than that has changed. */
  needsKeys(partnerKey: Key, added: AddedKeys | undefined): Concerns
}

export function concernedTenants(
  { secrets, partnerKeys }: Pick<Watches, 'secrets' | 'partnerKeys'>,
  keyRing: KeyRing,
): ConcernedTenants {
  const holding = (tenant: Key, partnerKey: Key) => ({
    holds: heldPair(secrets.store.byIndex('tenant', tenant)[0]),
    ring: keyRing.get(partnerKey),
  })
  return {
    pairMoves(before, after) {
      const moves = pairMoves(before, after)
      if (moves === undefined) return undefined
      return tenant => moves(keyOf(tenant), tenant, holding(keyOf(tenant), keyOf(after)))
    },
    needsKeys(key, added) {
      const partnerKey = partnerKeys.store.get(key)
      if (partnerKey === undefined || added === undefined) return () => true
      return tenant => needsKeys(keyOf(tenant), tenant, { ...holding(keyOf(tenant), key), partnerKey, added })
    },
  }
}
