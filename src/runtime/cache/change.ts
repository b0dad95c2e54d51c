import type { ObjectKey } from '../../api/object.ts'

/**
 * An object came, changed or went: without `previous` it came, without `current` it went. An object that was deleted
 * and created again is two changes. `initial`: from the first list after the start.
 */
export interface Change<T> {
  readonly key: ObjectKey
  readonly previous?: T
  readonly current?: T
  readonly initial: boolean
  /** This process made the change itself (`noteWrite`, `noteDelete`), and has drawn its conclusions. */
  readonly own?: true
  /**
   * The watch showed it while this process wrote the object: whether it is that very write, and so `own`. It resolves with
   * the write's answer, and never rejects.
   */
  readonly mayBeOwn?: Promise<boolean>
  /**
   * Nobody saw it go: a list lacks it. It may have been deleted, or the server lost it, as when it was put back to an
   * earlier state. The version of the list tells neither from the other.
   */
  readonly missed?: true
}

/** Where a change comes from, unless it was seen. */
export type Origin = Pick<Change<unknown>, 'own' | 'missed'>

export const own: Origin = { own: true }
export const missed: Origin = { missed: true }
