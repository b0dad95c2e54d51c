/** What the metrics say of all embeds, from their statuses. */
import { embedsOwnFaults, isWantedSo } from '../../../api/attention.ts'
import { findCondition, isTrue } from '../../../api/conditions.ts'
import type { SecureEmbed } from '../../../api/secure-embed.ts'
import { parseTimestamp } from '../../../core/timestamp.ts'
import { refreshBeforeOf } from '../../../secure-embed/link/wanted.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { EmbedFigures, EmbedState } from '../../../telemetry/embed-metrics.ts'

export interface EmbedSources {
  readonly embeds: Pick<Store<SecureEmbed>, 'list'>
  /** Whether the signing key that its author offers is one. Asked only where no new link could be made. */
  readonly canSign: (embed: SecureEmbed) => boolean
}

/** @param now milliseconds since the epoch */
export function embedFigures({ embeds, canSign }: EmbedSources, now: number): EmbedFigures {
  const states: Record<EmbedState, number> = {
    fresh: 0,
    failing: 0,
    overdue: 0,
    expired: 0,
    none: 0,
    suspended: 0,
    waiting: 0,
  }
  let notReady = 0
  let soonestMs: number | undefined
  for (const embed of embeds.list()) {
    const expiresMs = parseTimestamp(embed.status?.expiresAt)
    const isWaiting = !isHeld(embed) && waitsForAuthor(embed, canSign)
    states[isWaiting ? 'waiting' : stateOf(embed, expiresMs, now)] += 1
    if (isWaiting || isHeld(embed)) continue
    if (!isTrue(embed.status?.conditions, 'Ready')) notReady += 1
    if (expiresMs !== undefined && expiresMs < (soonestMs ?? Infinity)) soonestMs = expiresMs
  }
  return { states, notReady, soonestExpiry: soonestMs === undefined ? undefined : soonestMs / 1000 }
}

/** Somebody wants that its link is not replaced. */
function isHeld({ spec, status }: SecureEmbed): boolean {
  return spec.suspend || isWantedSo(findCondition(status?.conditions, 'Ready')?.reason)
}

const ownFaults: ReadonlySet<string> = new Set(embedsOwnFaults)
/** They say what became of the link, and not why: it may be the key. */
const withoutCause: ReadonlySet<string> = new Set(['RefreshFailing', 'TokenExpired'])

/** So that nobody of the platform is called, whatever becomes of the link. Stalled: only a change of the object helps. */
function waitsForAuthor(embed: SecureEmbed, canSign: EmbedSources['canSign']): boolean {
  const { conditions } = embed.status ?? {}
  const reason = findCondition(conditions, 'Ready')?.reason ?? ''
  if (ownFaults.has(reason) || isTrue(conditions, 'Stalled')) return true
  return withoutCause.has(reason) && !canSign(embed)
}

function stateOf(embed: SecureEmbed, expiresMs: number | undefined, now: number): EmbedState {
  const { spec, status } = embed
  if (isHeld(embed)) return 'suspended'
  if (expiresMs === undefined) return 'none'
  if (expiresMs <= now) return 'expired'
  if (expiresMs - now < (refreshBeforeOf(spec) * 1000) / 2) return 'overdue'
  return findCondition(status?.conditions, 'Ready')?.reason === 'RefreshFailing' ? 'failing' : 'fresh'
}
