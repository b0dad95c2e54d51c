/** A link to an embedded page, with all that a page needs to keep it alive. */
export interface Link {
  readonly token: string
  /** The address of the frame, with the token in it. */
  readonly url: string
  /** For how long the token is good, in whole seconds from now. So no clock of a viewer is asked. */
  readonly expiresIn: number
  /** When to ask for the next one, in whole seconds from now. */
  readonly refreshIn: number
}
