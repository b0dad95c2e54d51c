/** Which epochs are remembered, and which of them are written down. Pure. */
export interface Epoch {
  readonly id: string
  /** When it was begun, learnt, last found to stand anywhere, or followed by another; monotonic milliseconds. */
  readonly at: number
}

/** As many as a status holds. */
const mostOnRecord = 16
/** As servers are set up, `max_session_timeout`: a session that nobody uses has ended then. */
export const longestSessionMs = 3_600_000

/** How late a statement may still arrive. */
const lateMs = 60_000

/** The latest, what stands anywhere, and of the others the newest; in their order. */
export function recordOf(
  epochs: readonly Epoch[],
  standing: ReadonlySet<string | undefined>,
): readonly string[] {
  const ids = epochs.map(({ id }) => id)
  const older = ids.slice(0, -1).toReversed()
  const byWorth = [...older.filter(id => standing.has(id)), ...older.filter(id => !standing.has(id))]
  const kept = new Set([...ids.slice(-1), ...byWorth].slice(0, mostOnRecord))
  return ids.filter(id => kept.has(id))
}

/** All that may still stand at an endpoint, be it one that was away. */
export function keptEpochs(
  epochs: readonly Epoch[],
  record: readonly string[],
  now: number,
): readonly Epoch[] {
  const onRecord = new Set(record)
  return epochs.filter(({ id, at }) => onRecord.has(id) || now - at <= longestSessionMs + lateMs)
}
