import { randomUUID } from 'node:crypto'
import type { Session } from '../endpoint/session.ts'
import { ClickHouseError } from '../errors.ts'
import { announcementOf, readAnnouncement } from './announcement.ts'
import { objectionText } from './objection.ts'
import * as presences from './presence.ts'
import { longestSessionMs } from './record.ts'
import { SessionUse } from './session-use.ts'

export interface PresenceKeeperOptions {
  readonly installation: string
  /** Operators that look after the same thing meet in it, and no others. */
  readonly sessionId: string
}

/**
 * What one connection knows of other operators, for as long as this process lives. Whoever announces an epoch keeps it
 * alive by looking, so what is announced was alive a few looks ago. All times are monotonic milliseconds.
 */
export class PresenceKeeper {
  readonly #options: PresenceKeeperOptions
  readonly #use = new SessionUse()
  #presence = presences.nobody
  #lookEveryMs = 60_000
  #hasBegun = false
  /** The latest epoch was announced somewhere, or another operator may have it on its record. */
  #isSpent = false
  /**
   * An epoch is due: there was none of this process, or something was changed, which a copy of the cluster from before
   * does not know of, or another operator may have this one on its record.
   */
  #isDue = true
  /** The process before had noticed another operator. */
  #isResumed = false
  #isGivenUp = false

  constructor(options: PresenceKeeperOptions) {
    this.#options = options
  }

  /** How often this operator looks. It is announced with each epoch. */
  setPace(lookEveryMs: number): void {
    if (lookEveryMs !== this.#lookEveryMs) this.#isDue = true
    this.#lookEveryMs = lookEveryMs
  }

  /** Where to look and announce. Undefined where nobody can: a session does not last from one look to the next. */
  get session(): Session | undefined {
    const timeoutMs = presences.quietAfter(this.#lookEveryMs)
    if (this.#isGivenUp || timeoutMs > longestSessionMs) return undefined
    return { id: this.#options.sessionId, timeoutSeconds: Math.ceil(timeoutMs / 1_000) }
  }

  /** Undefined where it is of no use at this endpoint. */
  sessionAt(url: string, at: number): Session | undefined {
    return this.#use.isUsable(url, at) ? this.session : undefined
  }

  /** For the record. */
  get epochs(): readonly string[] {
    return this.#isGivenUp ? [] : this.#presence.record
  }

  /** For the record: where another operator was noticed. */
  get contested(): readonly presences.Contested[] {
    if (this.session === undefined) return []
    return [...this.#presence.others].map(([url, { paceMs }]) => ({
      url,
      lookEverySeconds: Math.ceil(paceMs / 1_000),
    }))
  }

  /** What to announce. */
  get announcement(): string {
    return announcementOf(this.#presence.epochs.at(-1)?.id ?? '', this.#lookEveryMs)
  }

  /** Why nothing may be changed: another operator is at work, or was until just now. The same words while it lasts. */
  get objection(): ClickHouseError | undefined {
    const { contested } = this
    if (contested.length === 0) return undefined
    const { installation } = this.#options
    const slowest = Math.max(this.#lookEveryMs, ...contested.map(each => each.lookEverySeconds * 1_000))
    const untold = contested.map(({ url }) => url).filter(url => this.#use.isRefused(url))
    const quietMs = presences.quietAfter(slowest)
    return new ClickHouseError(
      'operatedElsewhere',
      objectionText({ installation, contested, quietMs, untold }),
    )
  }

  /** An objection that may yet be wrong: the record may be newer than what was learnt of it. */
  get isInDoubt(): boolean {
    return this.objection !== undefined && !this.#hasBegun && !this.#isResumed
  }

  /** @param onRecord what the cluster has written down */
  learn(onRecord: readonly string[], at: number): void {
    this.#presence = presences.learn(this.#presence, onRecord, at)
    if (!this.#hasBegun && !this.#isResumed && presences.isOnRecord(this.#presence))
      this.#presence = { ...this.#presence, others: new Map() }
  }

  /** The endpoints that there are now. */
  keepTo(urls: readonly string[]): void {
    this.#presence = presences.within(this.#presence, urls)
  }

  /** @param contested where the process before had noticed another operator */
  resume(contested: readonly presences.Contested[], at: number): void {
    if (this.#hasBegun || this.#isResumed || contested.length === 0) return
    this.#isResumed = true
    this.#presence = presences.resume(this.#presence, contested, at)
  }

  /** @param text what the session at the endpoint says @param at when the look began */
  note(url: string, text: string, at: number): void {
    const wasAlone = this.#presence.others.size === 0
    this.#presence = presences.noteFound(
      this.#presence,
      { url, at, epoch: undefined, ...readAnnouncement(text) },
      this.#lookEveryMs,
    )
    if (this.#presence.posts.get(url)?.oursSince !== undefined) this.#isSpent = true
    if (!wasAlone || this.#presence.others.size === 0) return
    this.#isDue = true
    this.#isSpent = true
  }

  /** A statement that changes something is sent. */
  noteChange(): void {
    this.#isDue = true
  }

  /** Begins an epoch if one is due. It is announced once it is on record. One that nobody was told of serves on. */
  renew(at: number): void {
    if (this.session === undefined || !this.#isDue || (this.#hasBegun && !this.#isSpent)) return
    this.#presence = presences.begin(this.#presence, randomUUID(), at)
    this.#hasBegun = true
    this.#isSpent = false
    this.#isDue = false
  }

  /** The endpoints at which it is still to be announced. */
  unannounced(onRecord: readonly string[], at: number): readonly string[] {
    const urls = presences.unannounced(this.#presence, onRecord)
    return urls.filter(url => this.sessionAt(url, at) !== undefined)
  }

  /** It is about to be announced there. */
  noteSent(url: string): void {
    this.#presence = presences.noteSent(this.#presence, url)
  }

  /** It was announced somewhere. */
  noteAnnounced(): void {
    this.#isSpent = true
  }

  /** The account may not announce itself there. What that endpoint said of others still counts. */
  refuse(url: string): void {
    this.#use.refuse(url)
  }

  /** The session there refuses what is allowed without it. */
  rest(url: string, at: number): void {
    const { session } = this
    if (session !== undefined) this.#use.rest(url, session, at)
  }

  /** The server is opened anew. */
  retry(): void {
    this.#use.retry()
  }

  /** This cluster keeps no record, so nothing that is found proves anything. */
  giveUp(): void {
    this.#isGivenUp = true
  }
}
