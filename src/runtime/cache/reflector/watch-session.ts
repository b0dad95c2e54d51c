import type { KubeObject } from '../../../api/object.ts'
import type { Clock } from '../../../core/clock.ts'
import type { Random } from '../../../core/random.ts'
import { linkedAbort, orAbandon } from '../../../core/abort.ts'
import { judgeEvent, type Mark } from './continuity.ts'
import type { Feed } from '../feed.ts'
import type { ListWatch, WatchEvent } from '../list-watch.ts'

const minTimeoutSeconds = 300
const maxTimeoutSeconds = 600
/** How long after its time-out a silent watch counts as dead. */
const idleGraceMs = 30_000
/** An API server that sends bookmarks sends one a minute. So a watch that has brought one is dead sooner. */
const bookmarkSilenceMs = 180_000
/** How much sooner than it was asked to a server may end a watch, as clocks do not go alike. */
const earlyMs = 10_000
const abandonMs = 5_000
/**
 * How long to wait to be told of the last change again, once the server has taken the watch, which one that is busy does
 * late. It has it at hand, or has not got there yet.
 */
const proofMs = 5_000

type WatchResult = 'ended' | 'early' | 'idle' | 'lost'

export interface WatchSession<T extends KubeObject> {
  readonly source: ListWatch<T>
  readonly feed: Feed<T>
  readonly resourceVersion: string
  readonly clock: Clock
  readonly random: Random
  /** What was seen last, which the watch has to tell again. Default: the server surely has all that was seen. */
  readonly expects?: Mark
  /** Default: ten minutes. */
  readonly longestMs?: number
  /** Called after each event with the version reached; of a watch that has to tell something, only then. */
  readonly onEvent: (resourceVersion: string | undefined) => void
}

/**
 * Follows one watch to its end. `ended`: the server ended it at its time. `early`: it was ended in order and before that,
 * by a server that is shut down, or by a proxy. `idle`: the connection counts as dead, since not even a bookmark came
 * when one was due. `lost`: it does not tell what it has to. Rejects when the watch fails or the signal aborts.
 */
export async function followWatch<T extends KubeObject>(
  session: WatchSession<T>,
  signal: AbortSignal,
): Promise<WatchResult> {
  const { random, longestMs = maxTimeoutSeconds * 1000 } = session
  const usual = minTimeoutSeconds + Math.floor(random() * (maxTimeoutSeconds - minTimeoutSeconds + 1))
  const seconds = Math.min(usual, Math.ceil(longestMs / 1000))
  const take = (event: WatchEvent<T>): string | undefined => session.feed.event(event)
  return await follow(session, { timeoutSeconds: seconds, graceMs: idleGraceMs, take }, signal)
}

/**
 * Takes, within about a second, what a watch still tells of deletions: of what is gone by now, a list would not say that
 * somebody deleted it. Rejects when the watch fails or the signal aborts.
 */
export async function catchUp<T extends KubeObject>(
  session: Omit<WatchSession<T>, 'expects'>,
  signal: AbortSignal,
): Promise<void> {
  const take = (event: WatchEvent<T>): string | undefined => session.feed.eventBeforeList(event)
  await follow(session, { timeoutSeconds: 1, graceMs: 1_000, take }, signal)
}

async function follow<T extends KubeObject>(
  session: WatchSession<T>,
  { timeoutSeconds, graceMs, take }: Following<T>,
  signal: AbortSignal,
): Promise<WatchResult> {
  const { clock, expects } = session
  const { own, unlink } = linkedAbort(signal)
  const givenUp: { as?: 'idle' | 'lost' } = {}
  const giveUp = (as: 'idle' | 'lost'): void => {
    givenUp.as = as
    own.abort(new Error(`${as} watch`))
  }
  const startedAt = clock.monotonic()
  const idle = watchIdle(clock, timeoutSeconds * 1000 + graceMs, () => giveUp('idle'))
  let stopWaiting = (): void => {}
  const onOpen = (): void => {
    if (expects !== undefined && !own.signal.aborted) stopWaiting = clock.after(proofMs, () => giveUp('lost'))
  }
  const proved = (): void => stopWaiting()
  try {
    const consuming = { timeoutSeconds, take, onOpen, heard: idle.heard, proved }
    const consumed = consume(session, consuming, own.signal)
    const end = await orAbandon(consumed, { clock, graceMs: abandonMs }, own.signal)
    signal.throwIfAborted()
    if (givenUp.as !== undefined) return givenUp.as
    const isEarly = clock.monotonic() - startedAt < timeoutSeconds * 1000 - earlyMs
    return end === 'ended' && isEarly ? 'early' : end
  } catch (error) {
    if (givenUp.as !== undefined && !signal.aborted) return givenUp.as
    throw error
  } finally {
    idle.cancel()
    proved()
    unlink()
  }
}

interface Following<T> {
  readonly timeoutSeconds: number
  readonly graceMs: number
  /** Takes an event into the feed, and tells the version reached. */
  readonly take: (event: WatchEvent<T>) => string | undefined
}

interface Consuming<T extends KubeObject> extends Pick<Following<T>, 'timeoutSeconds' | 'take'> {
  readonly onOpen: () => void
  readonly heard: (event: WatchEvent<T>) => void
  /** Called once the watch has told what it has to. */
  readonly proved: () => void
}

async function consume<T extends KubeObject>(
  { source, resourceVersion, expects, onEvent }: WatchSession<T>,
  { timeoutSeconds, take, onOpen, heard, proved }: Consuming<T>,
  signal: AbortSignal,
): Promise<'ended' | 'lost'> {
  let awaited = expects
  // They count only once this is proved to be the history that was seen.
  const held: WatchEvent<T>[] = []
  for await (const event of source.watch({ resourceVersion, timeoutSeconds, onOpen }, signal)) {
    // A watch that was given up may still deliver. Its events must not mix with those of the next one.
    if (signal.aborted) return 'ended'
    heard(event)
    held.push(event)
    const verdict = awaited === undefined ? 'proved' : judgeEvent(event, awaited)
    if (verdict === 'lost') return 'lost'
    if (verdict === 'open') continue
    awaited = undefined
    proved()
    for (const each of held.splice(0)) onEvent(take(each))
  }
  return awaited === undefined ? 'ended' : 'lost'
}

/** Uses one timer for the whole watch, not one an event: it looks when the last event came. */
function watchIdle(
  clock: Clock,
  limitMs: number,
  onIdle: () => void,
): { readonly heard: (event: { readonly type: string }) => void; readonly cancel: () => void } {
  let last = clock.monotonic()
  let limit = limitMs
  const check = (): void => {
    const left = last + limit - clock.monotonic()
    if (left <= 0) onIdle()
    else cancel = clock.after(left, check)
  }
  let cancel = clock.after(limit, check)
  return {
    heard: ({ type }) => {
      last = clock.monotonic()
      if (type !== 'bookmark' || limit <= bookmarkSilenceMs) return
      limit = bookmarkSilenceMs
      cancel()
      check()
    },
    cancel: () => cancel(),
  }
}
