import { CodedError } from '../../core/errors.ts'

/**
 * `binariesMissing`: no way to come by the programs; the message names the ways. `buildFailed`: Go refused; the
 * message ends with its last words. `startFailed`: a program ended before it was ready. `notReady`: it runs, but
 * was not ready in time. `directoryInUse`: another control plane runs on that folder. `requestRefused`: the API
 * server answered with an error.
 */
export type ControlPlaneErrorCode =
  | 'binariesMissing'
  | 'buildFailed'
  | 'startFailed'
  | 'notReady'
  | 'directoryInUse'
  | 'requestRefused'

export class ControlPlaneError extends CodedError<ControlPlaneErrorCode> {}
