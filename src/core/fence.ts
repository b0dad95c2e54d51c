/** Whether this process may still act on the world outside. Whoever sends what has an effect there asks right before. */
export interface Fence {
  /**
   * How long what begins now may last, in milliseconds.
   * @throws CodedError when nothing may begin; the signal's reason when that aborts first
   */
  allow(signal: AbortSignal): Promise<number>
  /** The same once more, for when bytes leave later than that: they have waited for a connection. */
  readonly isOpen: boolean
}

/** For programs that nobody else does the work of, such as commands of people. */
export const noFence: Fence = { allow: () => Promise.resolve(Number.POSITIVE_INFINITY), isOpen: true }
