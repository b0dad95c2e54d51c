import type { ClickHouseErrorCode } from './error-codes.ts'
import type { StatementKind } from './statements.ts'

/** Where the figures of this folder go. */
export interface ClickHouseMetrics {
  /** One statement ended. @param ms milliseconds from sending to the end of the answer */
  statement(kind: StatementKind, code: 'ok' | ClickHouseErrorCode, ms: number): void
}

export const noClickHouseMetrics: ClickHouseMetrics = { statement: () => undefined }
