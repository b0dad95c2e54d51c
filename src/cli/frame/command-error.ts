import { CodedError } from '../../core/errors.ts'

/** A command cannot do what it was asked, for a reason that only people need to know: the message tells all. */
export class CommandError extends CodedError<'failed'> {
  constructor(message: string) {
    super('failed', message)
  }
}
