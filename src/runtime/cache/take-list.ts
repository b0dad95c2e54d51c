import type { KubeObject } from '../../api/object.ts'
import { orAbandon } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'
import type { Feed } from './feed.ts'
import type { ListWatch } from './list-watch.ts'

const pageSize = 500
const abandonMs = 5_000

export interface ListSession<T extends KubeObject> {
  readonly source: ListWatch<T>
  readonly feed: Feed<T>
  readonly clock: Clock
}

export interface TakenList {
  /** To watch from. */
  readonly resourceVersion: string
  readonly objects: number
  /** The server's history went back. */
  readonly rewound: boolean
}

/** Takes one list, page by page, into the feed. Rejects when it fails or the signal aborts. */
export async function takeList<T extends KubeObject>(
  { source, feed, clock }: ListSession<T>,
  signal: AbortSignal,
): Promise<TakenList> {
  const listing = feed.beginList()
  let resourceVersion: string | undefined
  let continueToken: string | undefined
  do {
    const more = continueToken === undefined ? {} : { continueToken }
    const asked = source.list({ limit: pageSize, ...more }, signal)
    const page = await orAbandon(asked, { clock, graceMs: abandonMs }, signal)
    signal.throwIfAborted()
    listing.page(page)
    resourceVersion ??= page.resourceVersion
    continueToken = page.continueToken === '' ? undefined : page.continueToken
  } while (continueToken !== undefined)
  return { resourceVersion, ...listing.finish() }
}
