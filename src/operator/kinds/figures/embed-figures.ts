/** What the metrics say of all embeds, from their statuses. */
import { findCondition, isTrue } from '../../../api/conditions.ts'
import type { SecureEmbed } from '../../../api/secure-embed.ts'
import { parseTimestamp } from '../../../core/timestamp.ts'
import { refreshBeforeOf } from '../../../secure-embed/link/wanted.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { EmbedFigures, EmbedState } from '../../../telemetry/embed-metrics.ts'

/** @param now milliseconds since the epoch */
export function embedFigures(embeds: Pick<Store<SecureEmbed>, 'list'>, now: number): EmbedFigures {
  const states: Record<EmbedState, number> = {
    fresh: 0,
    failing: 0,
    overdue: 0,
    expired: 0,
    none: 0,
    suspended: 0,
  }
  let notReady = 0
  let soonestMs: number | undefined
  for (const embed of embeds.list()) {
    const expiresMs = parseTimestamp(embed.status?.expiresAt)
    states[stateOf(embed, expiresMs, now)] += 1
    if (embed.spec.suspend) continue
    if (!isTrue(embed.status?.conditions, 'Ready')) notReady += 1
    if (expiresMs !== undefined && expiresMs < (soonestMs ?? Infinity)) soonestMs = expiresMs
  }
  return { states, notReady, soonestExpiry: soonestMs === undefined ? undefined : soonestMs / 1000 }
}

function stateOf({ spec, status }: SecureEmbed, expiresMs: number | undefined, now: number): EmbedState {
  if (spec.suspend) return 'suspended'
  if (expiresMs === undefined) return 'none'
  if (expiresMs <= now) return 'expired'
  if (expiresMs - now < (refreshBeforeOf(spec) * 1000) / 2) return 'overdue'
  return findCondition(status?.conditions, 'Ready')?.reason === 'RefreshFailing' ? 'failing' : 'fresh'
}
