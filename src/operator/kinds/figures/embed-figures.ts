/** What the metrics say of all embeds, from their statuses. */
import { isWantedSo } from '../../../api/attention.ts'
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
    if (isHeld(embed)) continue
    if (!isTrue(embed.status?.conditions, 'Ready')) notReady += 1
    if (expiresMs !== undefined && expiresMs < (soonestMs ?? Infinity)) soonestMs = expiresMs
  }
  return { states, notReady, soonestExpiry: soonestMs === undefined ? undefined : soonestMs / 1000 }
}

/** Somebody wants that its link is not replaced. */
function isHeld({ spec, status }: SecureEmbed): boolean {
  return spec.suspend || isWantedSo(findCondition(status?.conditions, 'Ready')?.reason)
}

function stateOf(embed: SecureEmbed, expiresMs: number | undefined, now: number): EmbedState {
  const { spec, status } = embed
  if (isHeld(embed)) return 'suspended'
  if (expiresMs === undefined) return 'none'
  if (expiresMs <= now) return 'expired'
  if (expiresMs - now < (refreshBeforeOf(spec) * 1000) / 2) return 'overdue'
  return findCondition(status?.conditions, 'Ready')?.reason === 'RefreshFailing' ? 'failing' : 'fresh'
}
