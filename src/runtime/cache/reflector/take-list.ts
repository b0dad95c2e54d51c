import type { KubeObject } from '../../../api/object.ts'
import { orAbandon } from '../../../core/abort.ts'
import type { Clock } from '../../../core/clock.ts'
import { codeOf } from '../../../core/errors.ts'
import type { Feed } from '../feed.ts'
import type { ListPage, ListWatch } from '../list-watch.ts'

/** Of objects. Pages of large ones are shorter. */
const longestPage = 500
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
  let limit = longestPage
  const next = async (): Promise<ListPage<T>> => {
    const more = continueToken === undefined ? {} : { continueToken }
    const asked = source.list({ limit, ...more }, signal)
    return await orAbandon(asked, { clock, graceMs: abandonMs }, signal)
  }
  for (;;) {
    const page = await next().catch((error: unknown) => {
      if (limit === 1 || codeOf(error) !== 'answerTooLarge') throw error
      limit = Math.floor(limit / 2)
    })
    signal.throwIfAborted()
    if (page === undefined) continue
    listing.page(page)
    resourceVersion ??= page.resourceVersion
    if (page.continueToken === undefined || page.continueToken === '') break
    continueToken = page.continueToken
  }
  return { resourceVersion, ...listing.finish() }
}
