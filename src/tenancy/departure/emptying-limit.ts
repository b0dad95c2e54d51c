/** The brake on emptying: many databases at once wait for a person, as many departures do. */
import { isConfirmed, mostAtOnce } from './sweep-limit.ts'

/** Numbers of databases that are retired and not empty. */
export interface EmptyingsInput {
  /** Their time has come. */
  readonly due: number
  /** Their time comes within `brakeWindowMs`. */
  readonly soon: number
  /** Their time may have come: the mark does not say. */
  readonly unsure: number
  /** Others, that were emptied within `brakeWindowMs`. */
  readonly recent: number
  /** How many databases of this connection have our mark. */
  readonly marks: number
  /** `sweep.limit` */
  readonly limit: number
  /** The number in `lenskeeper.dev/confirm-emptying`, if it is one. */
  readonly confirmed: number | undefined
}

export interface EmptyingsDecision {
  readonly due: boolean
  readonly soon: boolean
  readonly unsure: boolean
}

/**
 * Which of them wait for a person. When a database goes is known beforehand, so of too many the first waits, too; then
 * those that come soon are asked about in one go.
 */
export function heldEmptyings(input: EmptyingsInput): EmptyingsDecision {
  const { due, soon, unsure, recent } = input
  const allowed = mostAtOnce(input)
  const many = due > 0 && due + Math.max(recent, soon) > allowed
  const waiting = unsure + (many ? due + soon : 0)
  const confirmed = isConfirmed(input.confirmed, { waiting, recent })
  return { due: many && !confirmed, soon: many && !confirmed, unsure: unsure > 0 && !confirmed }
}
