/**
 * Whether another operator works on the same server under the same installation's id, by the epochs that operators
 * announce there. An epoch is written down in the cluster before it is announced. So what is announced and was never on
 * record here is somebody else's: of a copy of this cluster, or of this one before it was put back to an earlier state.
 * Pure. All times are monotonic milliseconds.
 */
import { keptEpochs, recordOf, type Epoch } from './record.ts'

export interface Presence {
  /** Epochs of this cluster's operators, the latest last: all that may still stand anywhere. */
  readonly epochs: readonly Epoch[]
  /** Those of them that are to be written down. */
  readonly record: readonly string[]
  /** What each endpoint was found to say. */
  readonly posts: ReadonlyMap<string, Post>
  /** Where another operator was noticed, and was not yet silent for long enough. */
  readonly others: ReadonlyMap<string, Other>
}

interface Post {
  /** Undefined where nobody has announced anything of late. */
  readonly epoch: string | undefined
  /** Since when every look has shown our latest one there. */
  readonly oursSince: number | undefined
  /** What was announced there since that look, or may have been. */
  readonly sent?: string | undefined
}

interface Other {
  readonly at: number
  /** How often it looks. */
  readonly paceMs: number
}

export interface Found {
  readonly url: string
  /** Undefined where nobody has announced anything of late. */
  readonly epoch: string | undefined
  /** How often the announcer looks, where that is known. */
  readonly paceMs?: number | undefined
  /** When the look began. */
  readonly at: number
}

/** Where another operator was noticed, as it is written down. */
export interface Contested {
  readonly url: string
  readonly lookEverySeconds: number
}

export const nobody: Presence = { epochs: [], record: [], posts: new Map(), others: new Map() }

/** How long an operator of this pace is silent before it has gone: for two looks, and for how long one may take. */
export function quietAfter(paceMs: number): number {
  return 2 * paceMs + Math.min(60_000, Math.max(10_000, paceMs))
}

/** @param ownPaceMs how often this operator looks */
export function noteFound(presence: Presence, found: Found, ownPaceMs: number): Presence {
  const { url, epoch, at, paceMs = ownPaceMs } = found
  const before = presence.posts.get(url)
  const isLatest = epoch !== undefined && epoch === presence.epochs.at(-1)?.id
  const oursSince = isLatest ? ((before?.epoch === epoch ? before.oursSince : undefined) ?? at) : undefined
  const posts = new Map(presence.posts).set(url, { epoch, oursSince })
  const epochs = presence.epochs.map(known => (known.id === epoch ? { ...known, at } : known))
  const next = { ...presence, epochs, posts }
  const other = presence.others.get(url)
  if (epoch !== undefined && !epochs.some(({ id }) => id === epoch)) {
    const slower = Math.max(paceMs, other?.paceMs ?? 0)
    return { ...next, others: new Map(presence.others).set(url, { at, paceMs: slower }) }
  }
  if (other === undefined || oursSince === undefined) return next
  const quietMs = quietAfter(Math.max(ownPaceMs, other.paceMs))
  const isOver = at - Math.max(other.at, oursSince) >= quietMs
  return isOver ? { ...next, others: without(presence.others, url) } : next
}

/** Takes over what is on record. The latest stays the latest. */
export function learn(presence: Presence, onRecord: readonly string[], at: number): Presence {
  const known = new Set(presence.epochs.map(({ id }) => id))
  const news = onRecord.filter(id => !known.has(id)).map(id => ({ id, at }))
  if (news.length === 0) return presence
  const epochs = [...presence.epochs.slice(0, -1), ...news, ...presence.epochs.slice(-1)]
  return { ...presence, epochs, record: recordOf(epochs, standing(presence)) }
}

/** Goes on where the process before had noticed another operator: a restart is no sign that it has gone. */
export function resume(presence: Presence, contested: readonly Contested[], at: number): Presence {
  const resumed = contested.map(
    ({ url, lookEverySeconds }) => [url, { at, paceMs: lookEverySeconds * 1_000 }] as const,
  )
  return { ...presence, others: new Map([...resumed, ...presence.others]) }
}

/** Forgets endpoints that are not among these. */
export function within(presence: Presence, urls: readonly string[]): Presence {
  const { posts, others } = presence
  if ([...posts.keys(), ...others.keys()].every(url => urls.includes(url))) return presence
  const gone = [...posts.keys(), ...others.keys()].filter(url => !urls.includes(url))
  return { ...presence, posts: without(posts, ...gone), others: without(others, ...gone) }
}

/** Whether all that any endpoint says is on record. */
export function isOnRecord({ epochs, posts }: Presence): boolean {
  const known = new Set(epochs.map(({ id }) => id))
  return [...posts.values()].every(({ epoch }) => epoch === undefined || known.has(epoch))
}

export function begin(presence: Presence, id: string, at: number): Presence {
  // Until now it may have been announced.
  const latest = presence.epochs.slice(-1).map(epoch => ({ ...epoch, at }))
  const all = [...presence.epochs.slice(0, -1), ...latest, { id, at }]
  const record = recordOf(all, standing(presence))
  return { ...presence, epochs: keptEpochs(all, record, at), record }
}

/** The latest is announced there. */
export function noteSent(presence: Presence, url: string): Presence {
  const post = presence.posts.get(url) ?? { epoch: undefined, oursSince: undefined }
  const posts = new Map(presence.posts).set(url, { ...post, sent: presence.epochs.at(-1)?.id })
  return { ...presence, posts }
}

/** Where our latest epoch does not stand, though it is on record. */
export function unannounced({ epochs, posts }: Presence, onRecord: readonly string[]): readonly string[] {
  const latest = epochs.at(-1)?.id
  if (latest === undefined || !onRecord.includes(latest)) return []
  return [...posts].filter(([, { epoch }]) => epoch !== latest).map(([url]) => url)
}

/** What may stand at an endpoint. */
function standing({ posts }: Presence): ReadonlySet<string | undefined> {
  return new Set([...posts.values()].flatMap(({ epoch, sent }) => [epoch, sent]))
}

function without<T>(map: ReadonlyMap<string, T>, ...keys: readonly string[]): ReadonlyMap<string, T> {
  return new Map([...map].filter(([key]) => !keys.includes(key)))
}
