import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { TallyCounts } from '../tenants/key-tenants.ts'

/** All that a decision about a rollout rests on. */
export interface RolloutObserved {
  readonly key: ObjectKey
  readonly partnerKey: PartnerKey
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Nothing may be changed. */
  readonly observing: boolean
  readonly connection: ClickHouseConnection | undefined
  readonly tally: TallyCounts
}
