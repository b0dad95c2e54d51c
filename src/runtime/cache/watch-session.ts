import type { KubeObject } from '../../api/object.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { linkedAbort, orAbandon } from '../../core/abort.ts'
import type { Feed } from './feed.ts'
import type { ListWatch } from './list-watch.ts'

const minTimeoutSeconds = 300
const maxTimeoutSeconds = 600
/** How long after its time-out a silent watch counts as dead. */
const idleGraceMs = 30_000
const abandonMs = 5_000

type WatchResult = 'ended' | 'idle'

export interface WatchSession<T extends KubeObject> {
  readonly source: ListWatch<T>
  readonly feed: Feed<T>
  readonly resourceVersion: string
  readonly clock: Clock
  readonly random: Random
  /** Called after each event with the version reached. */
  readonly onEvent: (resourceVersion: string | undefined) => void
}

/**
 * Follows one watch to its end. `ended`: the server ended it in order. `idle`: the connection counts as dead, since not
 * even a bookmark came for longer than the watch should last. Rejects when the watch fails or the signal aborts.
 */
export async function followWatch<T extends KubeObject>(
  session: WatchSession<T>,
  signal: AbortSignal,
): Promise<WatchResult> {
  const seconds =
    minTimeoutSeconds + Math.floor(session.random() * (maxTimeoutSeconds - minTimeoutSeconds + 1))
  return await follow(session, { timeoutSeconds: seconds, graceMs: idleGraceMs }, signal)
}

/**
 * Takes, within about a second, what a watch still tells of what was missed: of what is gone by now, a list would not say
 * that somebody deleted it. Rejects only when the signal aborts.
 */
export async function catchUp<T extends KubeObject>(
  session: WatchSession<T>,
  signal: AbortSignal,
): Promise<void> {
  await follow(session, { timeoutSeconds: 1, graceMs: 1_000 }, signal).catch(() => signal.throwIfAborted())
}

async function follow<T extends KubeObject>(
  session: WatchSession<T>,
  { timeoutSeconds, graceMs }: { readonly timeoutSeconds: number; readonly graceMs: number },
  signal: AbortSignal,
): Promise<WatchResult> {
  const { clock } = session
  const { own, unlink } = linkedAbort(signal)
  const idle = watchIdle(clock, timeoutSeconds * 1000 + graceMs, () => own.abort(new Error('idle watch')))
  try {
    const consumed = consume(session, { timeoutSeconds, heard: idle.heard }, own.signal)
    await orAbandon(consumed, { clock, graceMs: abandonMs }, own.signal)
    signal.throwIfAborted()
    return own.signal.aborted ? 'idle' : 'ended'
  } catch (error) {
    if (own.signal.aborted && !signal.aborted) return 'idle'
    throw error
  } finally {
    idle.cancel()
    unlink()
  }
}

async function consume<T extends KubeObject>(
  { source, feed, resourceVersion, onEvent }: WatchSession<T>,
  { timeoutSeconds, heard }: { readonly timeoutSeconds: number; readonly heard: () => void },
  signal: AbortSignal,
): Promise<void> {
  for await (const event of source.watch({ resourceVersion, timeoutSeconds }, signal)) {
    // A watch that was given up may still deliver. Its events must not mix with those of the next one.
    if (signal.aborted) return
    heard()
    onEvent(feed.event(event))
  }
}

/** Uses one timer for the whole watch, not one an event: it looks when the last event came. */
function watchIdle(
  clock: Clock,
  limitMs: number,
  onIdle: () => void,
): { readonly heard: () => void; readonly cancel: () => void } {
  let last = clock.monotonic()
  const check = (): void => {
    const left = last + limitMs - clock.monotonic()
    if (left <= 0) onIdle()
    else cancel = clock.after(left, check)
  }
  let cancel = clock.after(limitMs, check)
  return {
    heard: () => {
      last = clock.monotonic()
    },
    cancel: () => cancel(),
  }
}
