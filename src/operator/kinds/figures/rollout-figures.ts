import type { Secret } from '../../../api/core-objects.ts'
import { partnerKeySecretName } from '../../../api/names.ts'
import { beside, keyOf } from '../../../api/object.ts'
import type { PartnerKey } from '../../../api/partner-key.ts'
import type { Clock } from '../../../core/clock.ts'
import { parseTimestamp } from '../../../core/timestamp.ts'
import type { Tally } from '../../../partner-key/tenants/tally.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { RolloutFigures, RolloutReport } from '../../../telemetry/rollout-metrics.ts'
import { reportFairly } from './fair-choice.ts'

export interface RolloutSources {
  readonly partnerKeys: Store<PartnerKey>
  readonly secrets: Store<Secret>
  readonly tally: Pick<Tally, 'held'>
  readonly clock: Clock
}

/** Pairs stand in Secrets, whose owners may write any there. */
const mostPairs = 16

/** Counted at the time of the call. */
export function rolloutFigures(from: RolloutSources): RolloutReport {
  return reportFairly(from.partnerKeys.list(), partnerKey => figuresOf(partnerKey, from))
}

function figuresOf(partnerKey: PartnerKey, { secrets, tally, clock }: RolloutSources): RolloutFigures {
  const key = keyOf(partnerKey)
  const { pairs, partner } = tally.held(key)
  const { phase, total = 0, updated = 0, failed = 0, skipped = 0 } = partnerKey.status?.rollout ?? {}
  const madeAt = oldestKey(partnerKey, [...partner.keys()], secrets)
  return {
    partnerKey: key,
    phase,
    tenants: { total, updated, failed, skipped },
    pairs: mostFrequent(pairs),
    oldestKeySeconds: madeAt === undefined ? undefined : Math.max(0, (clock.now() - madeAt) / 1000),
  }
}

/** The most frequent ones, and `other` for the rest. */
function mostFrequent(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (counts.size <= mostPairs) return counts
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a)
  const other = sorted.slice(mostPairs).reduce((sum, [, count]) => sum + count, 0)
  return new Map([...sorted.slice(0, mostPairs), ['other', other]])
}

/** When the oldest of these versions' Secrets was made, in milliseconds since the epoch. */
function oldestKey(
  partnerKey: PartnerKey,
  versions: readonly number[],
  secrets: Store<Secret>,
): number | undefined {
  const made = versions
    .map(version => secrets.get(beside(partnerKey, partnerKeySecretName(partnerKey.metadata.name, version))))
    .map(secret => parseTimestamp(secret?.metadata.creationTimestamp))
    .filter(at => at !== undefined)
  return made.length === 0 ? undefined : Math.min(...made)
}
