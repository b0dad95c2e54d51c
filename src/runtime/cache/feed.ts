import { type ObjectKey, keyOf, type KubeObject } from '../../api/object.ts'
import type { Mark } from './reflector/continuity.ts'
import type { ListPage, WatchEvent } from './list-watch.ts'
import { compareVersions } from './resource-version.ts'

export interface FeedOptions {
  /** The keys that this feed would show if they existed. Default: all. A list proves only these deleted. */
  readonly covers?: (key: ObjectKey) => boolean
}

/** How an object came to be seen. */
export interface Sighting {
  /** The first list of this feed has it. */
  readonly initial: boolean
  /** The server's history went back (it was restored from a backup), so an older version may be the truth. */
  readonly rewound?: boolean
  /** For a list: the store's `deletionsNoted` at its beginning. */
  readonly listedSince?: number
  /** For a list: its version. What it shows is no older than what was there by then, or the server has lost that. */
  readonly listedAt?: string | undefined
}

/** A store as its feeds see it. */
export interface FeedTarget<T> {
  entries(): Iterable<[ObjectKey, T]>
  /** The object exists, in this version. */
  sight(object: T, sighting: Sighting): void
  /** The object was deleted, or left the feed's selection. */
  sightDeleted(object: T): void
  /** There is no object of this key, by a list. */
  expel(key: ObjectKey): void
  /** @returns to be called when the list is complete */
  listBegins(): () => void
  deletionsNoted(): number
  /** A list is complete that began after so many noted deletions. It shows what became of those objects. */
  settleDeletions(listedSince: number): void
  closed(): void
}

/** A list in progress, whose pages go into the store as they come. */
export interface Listing<T> {
  page(page: ListPage<T>): void
  /** To be called after the last page. Objects that the list did not show leave the store. */
  finish(): { readonly objects: number; readonly rewound: boolean }
}

/**
 * One reflector's way into a store. It knows how far the server's history has been seen, and so what is stale. It is
 * given lists and events in the server's order.
 */
export class Feed<T extends KubeObject> {
  readonly #target: FeedTarget<T>
  readonly #covers: (key: ObjectKey) => boolean
  #seenTo: string | undefined
  /** What went last. Without a uid if a list lacks it: nobody knows what became of it. */
  #gone: { readonly [Field in keyof Mark]?: Mark[Field] | undefined } | undefined

  constructor(target: FeedTarget<T>, covers: (key: ObjectKey) => boolean) {
    this.#target = target
    this.#covers = covers
  }

  /** Whether the store has all that happened to this key up to this version. */
  hasPassed(key: ObjectKey, resourceVersion: string | undefined): boolean {
    const order = compareVersions(resourceVersion, this.#seenTo)
    return order !== undefined && order <= 0 && this.#covers(key)
  }

  /** Takes one event of the watch. Returns the version to watch from after it. */
  event(event: WatchEvent<T>): string | undefined {
    if (event.type === 'deleted') {
      this.#target.sightDeleted(event.object)
      this.#gone = event.object.metadata
    } else if (event.type !== 'bookmark') this.#target.sight(event.object, { initial: false })
    const version = versionOf(event)
    this.#seenTo = version ?? this.#seenTo
    return version
  }

  /** Takes one event of a watch whose history may be another, if it is a deletion. A list has to follow. */
  eventBeforeList(event: WatchEvent<T>): string | undefined {
    return event.type === 'deleted' ? this.event(event) : versionOf(event)
  }

  /** The last change that was seen, if a watch can tell of it again. Takes time in proportion to the objects. */
  lastSeen(): Mark | undefined {
    let last = this.#gone
    for (const [key, { metadata }] of this.#target.entries()) {
      if (!this.#covers(key)) continue
      if ((compareVersions(metadata.resourceVersion, last?.resourceVersion) ?? 0) >= 0) last = metadata
    }
    const { uid, resourceVersion } = last ?? {}
    return uid === undefined || resourceVersion === undefined ? undefined : { uid, resourceVersion }
  }

  /** Begins a list. Call this *before* asking the server. */
  beginList(): Listing<T> {
    const initial = this.#seenTo === undefined
    const listEnds = this.#target.listBegins()
    const listedSince = this.#target.deletionsNoted()
    const seen = new Set<ObjectKey>()
    let version: string | undefined
    let rewound = false
    return {
      page: page => {
        version ??= page.resourceVersion
        // A list is a consistent read. If it is older, the server has lost history; it cannot be a mere delay.
        rewound ||= (compareVersions(version, this.#seenTo) ?? 0) < 0
        for (const object of page.items) {
          seen.add(keyOf(object))
          this.#target.sight(object, { initial, rewound, listedSince, listedAt: version })
        }
      },
      finish: () => {
        const expelled = this.#expelUnseen(seen, rewound ? undefined : version)
        this.#target.settleDeletions(listedSince)
        listEnds()
        this.#seenTo = version
        if (rewound) this.#gone = undefined
        if (expelled > 0) this.#gone = { resourceVersion: version }
        return { objects: seen.size, rewound }
      },
    }
  }

  close(): void {
    this.#target.closed()
  }

  /** Removes what the list did not show. Not an object written after the list was taken: the watch will show that. */
  #expelUnseen(seen: ReadonlySet<ObjectKey>, listVersion: string | undefined): number {
    let expelled = 0
    for (const [key, { metadata }] of this.#target.entries()) {
      if (seen.has(key) || !this.#covers(key)) continue
      const isNewer = (compareVersions(metadata.resourceVersion, listVersion) ?? -1) > 0
      if (isNewer) continue
      this.#target.expel(key)
      expelled += 1
    }
    return expelled
  }
}

function versionOf<T extends KubeObject>(event: WatchEvent<T>): string | undefined {
  return event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion
}
