import { CodedError } from '../../core/errors.ts'

/** This process may not act any more, as another one leads or soon will. */
export class LeadLost extends CodedError<'leadLost'> {
  constructor(why: string) {
    super('leadLost', `this process does not lead: ${why}`)
  }
}
