import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { OwnedConfigMap } from '../owned/config-map.ts'

/** All that a decision about the hand-over rests on. */
export interface HandoverObserved {
  readonly partnerKey: PartnerKey
  readonly connection: ClickHouseConnection | undefined
  readonly handoverMap: OwnedConfigMap
}
