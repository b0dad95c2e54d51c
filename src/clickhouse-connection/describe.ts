import { commentDatabase, dropTable, revokeRead } from '../clickhouse/statements.ts'
import { hostOf } from '../clickhouse/endpoint/host.ts'
import type { Step } from './steps.ts'

/** A step as the statement or write that it would be, for logs and observe mode. Holds no password. */
export function describeStep(step: Step, reader: string): string {
  switch (step.kind) {
    case 'writeReaderSecret':
      return 'create the Secret with a new password for the reader'
    case 'createReader':
      return `${hostOf(step.url)}: create the user ${reader} with readonly = 2`
    case 'revokeRead':
      return `${step.urls.map(hostOf).join(', ')}: ${revokeRead([step.database], reader).sql}`
    case 'retireDatabase':
      return `${hostOf(step.url)}: ${commentDatabase(step.database, step.mark).sql}`
    case 'dropTable':
      return `${hostOf(step.url)}: ${dropTable(step.database, step.table).sql}`
    default:
      throw new TypeError(step satisfies never)
  }
}
