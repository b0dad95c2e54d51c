import { partnerKey, type PartnerKey } from '../../src/api/partner-key.ts'
import { asRead, type Written } from './as-read.ts'

/** `datalens/acme` of version 1 on both sides for `client_*` of all namespaces, that nobody has looked at yet. */
export function builtPartnerKey({
  metadata,
  spec,
  status,
}: Written<PartnerKey['spec'], PartnerKey['status']> = {}): PartnerKey {
  return asRead(partnerKey, {
    metadata: { name: 'acme', namespace: 'datalens', uid: 'key-uid', generation: 1, ...metadata },
    spec: {
      connectionRef: { name: 'default' },
      keyVersion: 1,
      dataLens: { keyVersion: 1, publicKey: 'not read here' },
      tenants: { namespaces: { from: 'All' }, databases: ['client_*'] },
      ...spec,
    },
    status,
  }) as PartnerKey
}
