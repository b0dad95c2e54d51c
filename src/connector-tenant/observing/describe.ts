import { quoteIdentifier } from '../../clickhouse/quote.ts'
import { createDatabase, commentDatabase, grantRead, revokeRead } from '../../clickhouse/statements.ts'
import type { Step } from '../steps.ts'
import { tellTokenStep } from './told-steps.ts'

/** The steps that change something, as statements and writes. For those who may read the connection alone. */
export function describeChanges(steps: readonly Step[]): string[] {
  return steps.filter(({ kind }) => kind !== 'proveDatabase').map(describeStep)
}

/** Holds no token. */
function describeStep(step: Step): string {
  switch (step.kind) {
    case 'createDatabase':
      return `${host(step.url)}: ${createDatabase({ name: step.database, uuid: step.uuid, comment: step.mark }).sql}`
    case 'writeMark':
      return `${host(step.url)}: ${commentDatabase(step.database, step.mark).sql}`
    case 'proveDatabase':
      return `${host(step.url)}: see whose ${quoteIdentifier(step.database)} is`
    case 'grantRead':
      return `${step.urls.map(host).join(', ')}: ${grantRead([step.database], step.reader).sql}`
    case 'revokeRead':
      return `${step.urls.map(host).join(', ')}: ${revokeRead([step.database], step.reader).sql}`
    case 'mintToken':
    case 'createSecret':
    case 'repairSecret':
    case 'deleteSecret':
      return tellTokenStep(step)
    default:
      throw new TypeError(step satisfies never)
  }
}

function host(url: string): string {
  return new URL(url).host
}
