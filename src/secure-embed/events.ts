import { findCondition, type Condition } from '../api/conditions.ts'
import type { SecureEmbed, SecureEmbedStatus } from '../api/secure-embed.ts'
import type { EventRecorder } from '../kube/objects/events.ts'

/** One Event when an embed gets into trouble, when it gets into another one, and when that is over. */
export function announce(
  embed: SecureEmbed,
  status: SecureEmbedStatus,
  events: Pick<EventRecorder, 'publish'>,
): void {
  const before = findCondition(embed.status?.conditions, 'Ready')
  const now = findCondition(status.conditions, 'Ready')
  if (now === undefined || (before?.status === now.status && before.reason === now.reason)) return
  if (!isTrouble(now) && !(before !== undefined && isTrouble(before))) return
  events.publish({
    regarding: embed,
    type: isTrouble(now) ? 'Warning' : 'Normal',
    reason: now.reason,
    note: now.message,
    action: 'Reconcile',
  })
}

/** Also a link that is still good, if it cannot be refreshed. */
function isTrouble({ status, reason }: Condition): boolean {
  if (reason === 'RefreshFailing') return true
  return status !== 'True' && reason !== 'Progressing' && reason !== 'Observing' && reason !== 'Suspended'
}
