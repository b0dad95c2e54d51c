import type { Secret } from '../../api/core-objects.ts'
import { partnerKeySecretName } from '../../api/names.ts'
import { beside, keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Clock } from '../../core/clock.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import type { Tally } from '../../partner-key/tenants/tally.ts'
import type { Store } from '../../runtime/cache/store.ts'
import type { RolloutFigures } from '../../telemetry/rollout-metrics.ts'
import { formatPair } from '../../tenancy/pair.ts'

export interface RolloutSources {
  readonly partnerKeys: Store<PartnerKey>
  readonly secrets: Store<Secret>
  readonly tally: Tally
  readonly clock: Clock
}

/** The figures of all rollouts, counted at the time of the call. */
export function rolloutFigures({ partnerKeys, secrets, tally, clock }: RolloutSources): RolloutFigures[] {
  return partnerKeys.list().map(partnerKey => {
    const key = keyOf(partnerKey)
    const { rollout, tokens } = tally.counts(key)
    const pairs = new Map<string, number>()
    for (const { holds } of rollout) pairs.set(formatPair(holds), (pairs.get(formatPair(holds)) ?? 0) + 1)
    const { phase, total = 0, updated = 0, failed = 0, skipped = 0 } = partnerKey.status?.rollout ?? {}
    const madeAt = oldestKey(partnerKey, [...tokens.partner.keys()], secrets)
    return {
      partnerKey: key,
      phase,
      tenants: { total, updated, failed, skipped },
      pairs,
      oldestKeySeconds: madeAt === undefined ? undefined : Math.max(0, (clock.now() - madeAt) / 1000),
    }
  })
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
