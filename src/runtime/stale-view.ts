import { CodedError } from '../core/errors.ts'

/**
 * The world is not what the plan was made from: nothing was done, and looking again will tell. Not a failure
 * of anybody, so the status says nothing of it.
 */
export class StaleView extends CodedError<'stale'> {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super('stale', message, { ...options, retryable: true })
  }
}
