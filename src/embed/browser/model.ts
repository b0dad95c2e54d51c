import type { Answer, Failure } from './answer.ts'
import type { EmbedStatus } from './status.ts'

/** All that decisions rest on. Times are in milliseconds, of one clock that never goes backwards. */
export interface Model {
  /** The newest token. */
  readonly held?: Held | undefined
  /** What the address of the frame holds, which comes back with each load of it. Undefined: there is no frame. */
  readonly frame?: Held | undefined
  /** Why the last request brought nothing. */
  readonly trouble?: Failure | undefined
  /** Set when no request may follow, unless the page wants one. */
  readonly verdict?: 'denied' | 'failed' | undefined
  /** When the request that is under way was sent. */
  readonly askedAt?: number | undefined
  /** When the next request is due. */
  readonly nextAt: number
  /** The earliest moment that a wake-up may pull it forward to. */
  readonly notBefore: number
  /** Requests in a row that failed, or that brought the same token again. */
  readonly misses: number
  /** Frames loaded by us so far. */
  readonly shows: number
}

export interface Held {
  readonly answer: Answer
  readonly expiresAt: number
  readonly lapsed: boolean
}

export const initialModel: Model = { nextAt: Number.POSITIVE_INFINITY, notBefore: 0, misses: 0, shows: 0 }

export interface Moment {
  readonly now: number
  /** Drawn from [0, 1). */
  readonly chance: number
}

export type Effect =
  | { readonly type: 'ask' }
  | { readonly type: 'cancel' }
  /** Loads a frame, in place of the one before. */
  | { readonly type: 'show'; readonly url: string }
  | { readonly type: 'tell'; readonly token: string }
  | { readonly type: 'empty' }

export interface Step {
  readonly model: Model
  readonly effects: readonly Effect[]
}

export function unchanged(model: Model): Step {
  return { model, effects: [] }
}

export function statusOf({ verdict, held, trouble, frame, shows }: Model): EmbedStatus {
  const state = verdict ?? (held?.lapsed ? 'expired' : trouble ? 'retrying' : held ? 'live' : 'loading')
  return {
    state,
    reason: trouble?.reason,
    httpStatus: trouble?.status,
    shown: frame !== undefined,
    reloads: Math.max(0, shows - 1),
  }
}
