import { EmbedError, type EmbedErrorCode } from '../../src/embed/errors.ts'

/** The code of an error of ours. Any other error is thrown on. */
export function codeOf(error: unknown): EmbedErrorCode {
  if (error instanceof EmbedError) return error.code
  throw error
}

/** What the call throws. */
export function thrownBy(call: () => unknown): EmbedError {
  try {
    call()
  } catch (error) {
    if (error instanceof EmbedError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
