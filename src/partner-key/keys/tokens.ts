import type { TallyCounts } from '../tenants/key-tenants.ts'
import type { KeyName } from './ledger.ts'

/** How many Secrets hold a token that was made with the key. */
export function tokensWith({ tokens }: Pick<TallyCounts, 'tokens'>, { side, version }: KeyName): number {
  return (side === 'DataLens' ? tokens.dataLens : tokens.partner).get(version) ?? 0
}
