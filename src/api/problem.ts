/** What stands in the way of an object, for whoever owns it. */
export interface Problem<Reason extends string> {
  readonly reason: Reason
  /** What is wrong and what to do. */
  readonly message: string
  /**
   * `stalled`: only a change by a person helps.
   * `waiting`: what is missing may come by itself.
   * `paused`: a person wants it so.
   */
  readonly weight: 'stalled' | 'waiting' | 'paused'
}
