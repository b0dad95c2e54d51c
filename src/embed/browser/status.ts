import type { FailureReason } from './answer.ts'

/**
 * - `loading`: there is no token yet, and one has been asked for.
 * - `live`: the frame has a token that is valid. Whether the page in it is well, no other site can tell.
 * - `retrying`: the last request failed, and another will follow; a token that there is, is still valid.
 * - `expired`: the frame's token has ended; requests go on.
 * - `denied`: the endpoint said 401 or 403. No more requests; the frame goes when its token ends.
 * - `failed`: there never was a token, and the answer was one that no other request mends, such as 404. No more requests.
 */
export type EmbedState = 'loading' | 'live' | 'retrying' | 'expired' | 'denied' | 'failed'

/** Never holds a token or an address. */
export interface EmbedStatus {
  readonly state: EmbedState
  /** Why the last request brought nothing. */
  readonly reason?: FailureReason | undefined
  /** The HTTP status, where the reason is `status`. */
  readonly httpStatus?: number | undefined
  /** Whether the page shows a frame. */
  readonly shown: boolean
  /** How often the frame had to be loaded anew, by which a viewer loses what filters were set. */
  readonly reloads: number
}
