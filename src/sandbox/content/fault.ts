import { CodedError } from '../../core/errors.ts'

/** Where in the file: names and indexes from its top. */
export type Path = readonly (string | number)[]

export interface Fault {
  readonly path: Path
  /** What is wrong and what to do, in a sentence. */
  readonly message: string
}

/** A content file that cannot be used. The message has a line for each fault: `FILE:LINE: what is wrong`. */
export class ContentError extends CodedError<'content'> {
  constructor(message: string) {
    super('content', message)
  }
}
