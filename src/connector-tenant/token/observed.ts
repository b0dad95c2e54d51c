import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { TokenShape } from './secret.ts'
import type { CurrentTokenView, TokenView } from './view.ts'

/** What a decision about a tenant's token rests on. */
export interface TokenObserved {
  readonly key: ObjectKey
  readonly tenant: ConnectorTenant
  readonly partnerKey: PartnerKey | undefined
  readonly ring: KeyRingEntry | undefined
  readonly shape: TokenShape
  /** The Secret with the wanted name. */
  readonly secret: CurrentTokenView | undefined
  /** Secrets of this tenant under other names (`spec.secret.name` was changed). */
  readonly formerSecrets: readonly TokenView[]
}
