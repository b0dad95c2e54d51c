import type { ClickHouseConnectionConditionType } from '../api/status/clickhouse-connection.ts'
import type { ConditionUpdate } from '../api/conditions.ts'
import type { ClickHouseConnectionReason } from '../api/reasons.ts'

/** What is wrong, and what to do about it. */
export interface Problem {
  readonly reason: ClickHouseConnectionReason
  readonly message: string
}

/** What one condition of the connection is to say. */
export type Condition = ConditionUpdate<ClickHouseConnectionConditionType, ClickHouseConnectionReason>
