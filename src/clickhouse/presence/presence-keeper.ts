import { randomUUID } from 'node:crypto'
import type { Session } from '../endpoint/session.ts'
import { ClickHouseError } from '../errors.ts'
import { announcementOf, epochIn } from './announcement.ts'
import { begin, isOnRecord, learn, nobody, noteFound, unannounced, type Presence } from './presence.ts'

export interface PresenceKeeperOptions {
  readonly installation: string
  /** Operators that look after the same thing meet in it, and no others. */
  readonly sessionId: string
}

/** Beyond two looks, for how long a look may take. */
const slackMs = 10_000
/** As servers are set up, `max_session_timeout`. */
const longestSessionMs = 3_600_000

/**
 * What one connection knows of other operators, for as long as this process lives. Whoever announces an epoch keeps it
 * alive by looking, so what is announced was alive a few looks ago.
 */
export class PresenceKeeper {
  readonly #options: PresenceKeeperOptions
  #presence: Presence = nobody
  #lookEveryMs = 60_000
  #hasBegun = false
  /**
   * An epoch is due: there was none of this process, or something was changed, which a copy of the cluster from before
   * does not know of, or another operator may have this one on its record.
   */
  #isDue = true
  /** The process before had noticed another operator. */
  #isResumed = false
  #isRefused = false

  constructor(options: PresenceKeeperOptions) {
    this.#options = options
  }

  /** How often this operator looks, and so every copy of it. */
  setPace(lookEveryMs: number): void {
    this.#lookEveryMs = lookEveryMs
  }

  /** Where to look and announce. Undefined where nobody can: a session does not last from one look to the next. */
  get session(): Session | undefined {
    const timeoutMs = this.#quietMs + slackMs
    if (this.#isRefused || timeoutMs > longestSessionMs) return undefined
    return { id: this.#options.sessionId, timeoutSeconds: Math.ceil(timeoutMs / 1_000) }
  }

  /** For the record. */
  get epochs(): readonly string[] {
    return this.#presence.epochs
  }

  /** What to announce. */
  get announcement(): string {
    return announcementOf(this.#presence.epochs.at(-1) ?? '')
  }

  /** Why nothing may be changed: another operator is at work, or was until just now. The same words while it lasts. */
  get objection(): ClickHouseError | undefined {
    if (this.#presence.otherAt === undefined || this.session === undefined) return undefined
    const seconds = Math.ceil(this.#quietMs / 1_000)
    return new ClickHouseError(
      'operatedElsewhere',
      `Another operator works on this ClickHouse under the same installation id (${this.#options.installation}), or did until just now, so this one changes nothing; who is served stays served. If one of the two clusters is a copy, such as one from a snapshot of etcd, stop the copy’s operator, and give it another --installation-id before it runs again. If this cluster was put back to an earlier state, bring its objects up to date now. This one goes on by itself ${seconds} s after the other was last noticed`,
    )
  }

  /** An objection that may yet be wrong: the record may be newer than what was learnt of it. */
  get isInDoubt(): boolean {
    return this.objection !== undefined && !this.#hasBegun && !this.#isResumed
  }

  /** @param onRecord what the cluster has written down */
  learn(onRecord: readonly string[]): void {
    this.#presence = learn(this.#presence, onRecord)
    if (!this.#hasBegun && !this.#isResumed && isOnRecord(this.#presence))
      this.#presence = { ...this.#presence, otherAt: undefined }
  }

  /** Goes on where the process before had noticed another operator: a restart is no sign that it has gone. */
  resume(): void {
    this.#isResumed ||= !this.#hasBegun
  }

  /** @param text what the session at the endpoint says @param at when the look began; monotonic milliseconds */
  note(url: string, text: string, at: number): void {
    if (this.#isResumed && !this.#hasBegun)
      this.#presence = { ...this.#presence, otherAt: this.#presence.otherAt ?? at }
    const { otherAt } = this.#presence
    this.#presence = noteFound(this.#presence, { url, epoch: epochIn(text), at }, this.#quietMs)
    if (otherAt === undefined && this.#presence.otherAt !== undefined) this.#isDue = true
  }

  /** A statement that changes something is sent. */
  noteChange(): void {
    this.#isDue = true
  }

  /** Begins an epoch if one is due. It is announced once it is on record. */
  renew(): void {
    if (this.session === undefined || !this.#isDue) return
    this.#presence = begin(this.#presence, randomUUID())
    this.#hasBegun = true
    this.#isDue = false
  }

  /** The endpoints at which it is still to be announced. */
  unannounced(onRecord: readonly string[]): readonly string[] {
    return this.session === undefined ? [] : unannounced(this.#presence, onRecord)
  }

  /** The server refuses to be told. What it says of others counts no longer, as they could not be told either. */
  giveUp(): void {
    this.#isRefused = true
  }

  get #quietMs(): number {
    return 2 * this.#lookEveryMs
  }
}
