import type { Clock } from '../../../core/clock.ts'
import type { EngineResult } from '../engine/engine.ts'
import type { Principal } from '../rights/access-state.ts'
import { ServerError } from '../sql/server-error.ts'
import { answerLogComment, logCommentSetBy } from '../sql/log-comment.ts'

/** The session that a request names: it is its user's, and outlives the request. */
export interface SessionRequest {
  readonly id: string
  readonly timeoutSeconds: number
  /** It has to be there already. */
  readonly check: boolean
}

export interface InSession {
  readonly user: string
  readonly session: SessionRequest | undefined
  readonly sql: string
}

interface Session {
  /** The account as it was when the session began. */
  readonly account: Principal | undefined
  readonly timeoutMs: number
  logComment: string
  isBusy: boolean
  /** Monotonic milliseconds. */
  endsAt: number
}

/** As on a server: `max_session_timeout`. */
const longestSeconds = 3_600
const empty: EngineResult = { body: new Uint8Array(), rowsRead: 0, bytesRead: 0, seconds: 0 }

/**
 * HTTP sessions, as far as the operator has use for them: they keep one setting, `log_comment`, and the roles, settings
 * and timeout of their beginning, and end when nobody asks for them. The engine knows nothing of them.
 */
export class Sessions {
  readonly #clock: Clock
  readonly #accountOf: (user: string) => Principal | undefined
  readonly #sessions = new Map<string, Session>()

  constructor(clock: Clock, accountOf: (user: string) => Principal | undefined) {
    this.#clock = clock
    this.#accountOf = accountOf
  }

  /** Runs the statement in the session that it names. @throws ServerError as a server does */
  async run(
    { user, session: asked, sql }: InSession,
    execute: (sql: string, account: Principal | undefined) => Promise<EngineResult>,
  ): Promise<EngineResult> {
    if (asked === undefined) return await execute(sql, undefined)
    const session = this.#open(user, asked)
    session.isBusy = true
    try {
      const comment = logCommentSetBy(sql)
      if (comment === undefined)
        return await execute(answerLogComment(sql, session.logComment), session.account)
      session.logComment = comment
      return empty
    } finally {
      session.isBusy = false
      session.endsAt = this.#clock.monotonic() + session.timeoutMs
    }
  }

  #open(user: string, { id, timeoutSeconds, check }: SessionRequest): Session {
    if (timeoutSeconds > longestSeconds) {
      const why = `Session timeout '${timeoutSeconds}' is larger than max_session_timeout: ${longestSeconds}`
      throw new ServerError(374, 'INVALID_SESSION_TIMEOUT', why)
    }
    const now = this.#clock.monotonic()
    for (const [key, { isBusy, endsAt }] of this.#sessions)
      if (!isBusy && endsAt <= now) this.#sessions.delete(key)
    const key = JSON.stringify([user, id])
    const known = this.#sessions.get(key)
    if (known?.isBusy === true) {
      throw new ServerError(373, 'SESSION_IS_LOCKED', `Session ${id} is locked by a concurrent client`)
    }
    if (known === undefined && check)
      throw new ServerError(372, 'SESSION_NOT_FOUND', `Session ${id} not found`)
    const session = known ?? {
      account: this.#accountOf(user),
      timeoutMs: timeoutSeconds * 1_000,
      logComment: '',
      isBusy: false,
      endsAt: now,
    }
    this.#sessions.set(key, session)
    return session
  }
}
