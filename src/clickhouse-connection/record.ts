/** Has it on record who loses something in this run, or has nobody lose anything. */
import type { ConnectionMemory } from './memory.ts'
import { serverTime } from './departure/found/server-time.ts'
import { takingNothing } from './departure/plan.ts'
import { isRefused, recordLosses, type RecordTarget } from './departure/record.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'

export interface Recorded {
  /** With the connection as written. */
  readonly seen: Observed
  /** What may be done. */
  readonly plan: Plan
  /** Why nobody loses anything, though somebody was to. */
  readonly refused?: unknown
}

/**
 * Nobody loses anything that is not written down before. If the API server does not prove what that rests on, or refuses
 * to write it down, the rest of the run goes on: that may last, and the reader is for living tenants, the status for
 * people, and our presence for other operators.
 *
 * @throws KubeError of a write whose answer is lost, or the signal's reason
 */
export async function record(
  seen: Observed,
  { plan, memory }: { readonly plan: Plan; readonly memory: Pick<ConnectionMemory, 'departure'> },
  to: RecordTarget,
  signal: AbortSignal,
): Promise<Recorded> {
  const { tasks, confirmed } = plan.departures
  const time = serverTime(seen.endpoints).latest ?? seen.now
  const about = { connection: seen.connection, tasks, confirmed, elapsed: seen.elapsed, time }
  try {
    const connection = await recordLosses(about, memory.departure, to, signal)
    return { seen: { ...seen, connection }, plan }
  } catch (error) {
    signal.throwIfAborted()
    if (!isRefused(error)) throw error
    return { seen, plan: { ...plan, departures: takingNothing(plan.departures) }, refused: error }
  }
}
