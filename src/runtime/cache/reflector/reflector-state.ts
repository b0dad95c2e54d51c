/** The states of a reflector, and what follows a failure. Pure. */

type Stopped = { readonly kind: 'stopped' }
export type Listing = { readonly kind: 'listing' }
/**
 * Why the server may have been put back to an earlier state meanwhile. `broken`: the last watch broke off. `early`: it
 * ended in order and before its time. `owed`: so did one, and no watch can prove the history; only a list settles that,
 * not what was told since, as that may be of another history.
 */
type Doubt = 'broken' | 'early' | 'owed'
/** `failures`: how many watches in a row, with the present one, have delivered nothing. */
export type Watching = {
  readonly kind: 'watching'
  readonly resourceVersion: string
  readonly failures: number
  readonly doubt?: Doubt
}
/** It will be listed anew, and a watch is asked before for what a list does not tell. `failures`: as of a watch. */
export type CatchingUp = {
  readonly kind: 'catching-up'
  readonly resourceVersion: string
  readonly failures: number
}
export type Resumable = Listing | Watching | CatchingUp
export type BackingOff = { readonly kind: 'backing-off'; readonly ms: number; readonly resume: Resumable }
export type ReflectorState = Stopped | Resumable | BackingOff

/** After so many, list anew: a version may be unusable without a 410, as after a restore of etcd from a backup. */
const failuresBeforeRelist = 5

/** @param gone the server has forgotten the version */
export function afterFailure(state: ReflectorState, gone: boolean): Resumable {
  const mayRetry =
    (state.kind === 'watching' || state.kind === 'catching-up') && state.failures < failuresBeforeRelist
  if (!mayRetry) return { kind: 'listing' }
  if (!gone) return state.kind === 'watching' ? afterBreak(state) : state
  if (state.kind !== 'watching' || state.doubt === undefined || state.doubt === 'owed')
    return { kind: 'listing' }
  // Of the last change it knows no more, and may still know what came after the last bookmark.
  return state.doubt === 'early' ? { ...state, doubt: 'owed' } : catchingUp(state)
}

/** A watch failed, or counts as dead. */
export function afterBreak(state: Watching): Watching | CatchingUp {
  return state.doubt === 'owed' ? catchingUp(state) : { ...state, doubt: 'broken' }
}

/** A watch ended in order. */
export function afterEnd({ doubt, ...state }: Watching, isEarly: boolean): Watching {
  const next = { ...state, failures: 0 }
  if (doubt === 'owed') return { ...next, doubt }
  return isEarly ? { ...next, doubt: 'early' } : next
}

export function catchingUp({ resourceVersion, failures }: Watching): CatchingUp {
  return { kind: 'catching-up', resourceVersion, failures }
}
