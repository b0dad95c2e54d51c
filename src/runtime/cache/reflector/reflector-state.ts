/** The states of a reflector, and what follows a failure. Pure. */

type Stopped = { readonly kind: 'stopped' }
export type Listing = { readonly kind: 'listing' }
/**
 * `failures`: how many watches in a row, with the present one, have delivered nothing. `unsure`: the last one did not
 * end at its time, so the server may have been put back to an earlier state meanwhile.
 */
export type Watching = {
  readonly kind: 'watching'
  readonly resourceVersion: string
  readonly failures: number
  readonly unsure?: true
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
  if (!gone) return state.kind === 'watching' ? { ...state, unsure: true } : state
  if (state.kind !== 'watching' || state.unsure === undefined) return { kind: 'listing' }
  // Of the last change it knows no more, and may still know what came after the last bookmark.
  return { kind: 'catching-up', resourceVersion: state.resourceVersion, failures: state.failures }
}
