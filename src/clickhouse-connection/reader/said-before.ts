/** What was told of the reader's rights before. Bad news stays until it is seen to be over. Pure. */
import { findCondition, messageOf } from '../../api/conditions.ts'
import type { Problem } from '../problem.ts'
import type { ReaderObserved } from './observed.ts'

type Reason = 'AccessRemains' | 'GrantBroaderThanDeclared'

export function saidBefore(
  reason: Reason,
  { connection: { status } }: Pick<ReaderObserved, 'connection'>,
): Problem | undefined {
  const before = findCondition(status?.conditions, 'ReaderVerified')
  if (before?.reason !== reason) return undefined
  return { reason, message: messageOf(before, status?.conditions) }
}

/** For when nobody shows it any more: while an endpoint is away, it may be so there. */
export function saidOfAway(
  reason: Reason,
  seen: Pick<ReaderObserved, 'connection' | 'endpoints'>,
): Problem | undefined {
  return seen.endpoints.some(view => !view.ok) ? saidBefore(reason, seen) : undefined
}
