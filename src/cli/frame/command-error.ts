import { CodedError } from '../../core/errors.ts'

/** A command cannot do what it was asked. Only people need to know why, so the message tells all. */
export class CommandError extends CodedError<'failed'> {
  constructor(message: string) {
    super('failed', message)
  }
}
