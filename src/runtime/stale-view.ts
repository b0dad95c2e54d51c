import { CodedError } from '../core/errors.ts'

/**
 * The world is no longer as the plan saw it. Nothing was done, and another look will do. It is nobody's fault, so no
 * status mentions it.
 */
export class StaleView extends CodedError<'stale'> {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super('stale', message, { ...options, retryable: true })
  }
}
