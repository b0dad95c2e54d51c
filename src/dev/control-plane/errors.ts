import { CodedError } from '../../core/errors.ts'

/**
 * - `binariesMissing`: the programs are not there and cannot be built; the message says how to get them.
 * - `buildFailed`: Go failed; the message ends with its last lines.
 * - `startFailed`: a program ended before it was ready.
 * - `notReady`: a program runs, but was not ready in time.
 * - `directoryInUse`: another control plane runs on this folder.
 * - `requestRefused`: the API server answered with an error.
 */
export type ControlPlaneErrorCode =
  | 'binariesMissing'
  | 'buildFailed'
  | 'startFailed'
  | 'notReady'
  | 'directoryInUse'
  | 'requestRefused'

export class ControlPlaneError extends CodedError<ControlPlaneErrorCode> {}
