/**
 * Steps as a tenant's author hears of them: no statement, no address of the server, no reader, no installation. These
 * are for those who may read the connection, in the log and in `lenskeeper explain`.
 */
import { describeSecretStep } from '../../published-secret/describe.ts'
import { formatPair } from '../../tenancy/pair.ts'
import type { Step } from '../steps.ts'
import type { TokenStep } from '../token/steps.ts'

/** What is done on the server. */
export type ToldDeed = 'create' | 'mark' | 'updateMark' | 'withdrawDrop' | 'grantRead' | 'revokeRead'

export const toldDeeds: Readonly<Record<ToldDeed, string>> = {
  create: 'create the database, empty, where it is missing',
  mark: 'mark the database as this tenant’s',
  updateMark: 'bring the database’s mark up to date',
  withdrawDrop: 'take Drop out of the database’s mark',
  grantRead: 'let DataLens read the database',
  revokeRead: 'no longer let DataLens read the database',
}

const markDeeds = {
  revive: 'mark',
  adopt: 'mark',
  restore: 'mark',
  updateMark: 'updateMark',
  withdrawDrop: 'withdrawDrop',
} as const satisfies Readonly<Record<string, ToldDeed>>

/** Each once, in their order, however many endpoints they are for. */
export function tellSteps(steps: readonly Step[]): readonly string[] {
  return [...new Set(steps.flatMap(tellStep))]
}

function tellStep(step: Step): readonly string[] {
  switch (step.kind) {
    case 'createDatabase':
      return [toldDeeds.create]
    case 'writeMark':
      return [toldDeeds[markDeeds[step.why]]]
    case 'proveDatabase':
      return []
    case 'grantRead':
    case 'revokeRead':
      return [toldDeeds[step.kind]]
    case 'mintToken':
    case 'createSecret':
    case 'repairSecret':
    case 'deleteSecret':
      return [tellTokenStep(step)]
    default:
      return step satisfies never
  }
}

/** Holds no token. */
export function tellTokenStep(step: TokenStep): string {
  if (step.kind !== 'mintToken') return describeSecretStep(step, ({ pair }) => `token (${formatPair(pair)})`)
  return `${step.over === undefined ? 'create' : 'update'} the Secret with a new token for ${formatPair(step.pair)}`
}
