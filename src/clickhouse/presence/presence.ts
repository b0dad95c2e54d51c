/**
 * Whether another operator works on the same server under the same installation's id, by the epochs that operators
 * announce there. An epoch is written down in the cluster before it is announced. So what is announced and on no record
 * here is somebody else's: of a copy of this cluster, or of this one before it was put back to an earlier state. Pure.
 */
export interface Presence {
  /** Epochs of this cluster's operators, the latest last. That one is announced. */
  readonly epochs: readonly string[]
  /** What each endpoint was found to say. */
  readonly posts: ReadonlyMap<string, Post>
  /** When another operator was last noticed, in monotonic milliseconds. Undefined while there is none. */
  readonly otherAt: number | undefined
}

interface Post {
  /** Undefined where nobody has announced anything of late. */
  readonly epoch: string | undefined
  /** Since when every look has shown our latest one there; monotonic milliseconds. */
  readonly oursSince: number | undefined
}

export interface Found {
  readonly url: string
  /** Undefined where nobody has announced anything of late. */
  readonly epoch: string | undefined
  /** When the look began; monotonic milliseconds. */
  readonly at: number
}

/** As many as a status holds. An endpoint that was away may show an older one. */
export const mostEpochs = 16

export const nobody: Presence = { epochs: [], posts: new Map(), otherAt: undefined }

/** @param quietMs how long another operator has to be silent: longer than it may take to look again */
export function noteFound(presence: Presence, { url, epoch, at }: Found, quietMs: number): Presence {
  const before = presence.posts.get(url)
  const isLatest = epoch !== undefined && epoch === presence.epochs.at(-1)
  const oursSince = isLatest ? ((before?.epoch === epoch ? before.oursSince : undefined) ?? at) : undefined
  const posts = new Map(presence.posts).set(url, { epoch, oursSince })
  const next = { ...presence, posts }
  if (epoch !== undefined && !presence.epochs.includes(epoch)) return { ...next, otherAt: at }
  const { otherAt } = presence
  if (otherAt === undefined || oursSince === undefined) return next
  const isOver = at - otherAt >= quietMs && at - oursSince >= quietMs
  return isOver ? { ...next, otherAt: undefined } : next
}

/** Takes over what is on record. */
export function learn(presence: Presence, onRecord: readonly string[]): Presence {
  const news = onRecord.filter(epoch => !presence.epochs.includes(epoch))
  return news.length === 0 ? presence : { ...presence, epochs: keep([...news, ...presence.epochs]) }
}

/** Whether all that any endpoint says is on record. */
export function isOnRecord({ epochs, posts }: Presence): boolean {
  return [...posts.values()].every(({ epoch }) => epoch === undefined || epochs.includes(epoch))
}

export function begin(presence: Presence, epoch: string): Presence {
  return { ...presence, epochs: keep([...presence.epochs, epoch]) }
}

/** Where our latest epoch does not stand, though it is on record. */
export function unannounced({ epochs, posts }: Presence, onRecord: readonly string[]): readonly string[] {
  const latest = epochs.at(-1)
  if (latest === undefined || !onRecord.includes(latest)) return []
  return [...posts].filter(([, { epoch }]) => epoch !== latest).map(([url]) => url)
}

function keep(epochs: readonly string[]): readonly string[] {
  return epochs.slice(-mostEpochs)
}
