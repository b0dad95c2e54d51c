/**
 * Whether a retired database may be emptied, by what is said of it everywhere. What is dropped does not come back, so
 * in doubt it stays.
 */
import { type EndpointSight, sameTenant, type TenantName } from '../claim/endpoint.ts'
import { isOurs, markIn } from '../mark.ts'
import { type Due, dueOf, laterDue } from './retired-tables.ts'

export interface RetirementInput {
  /** Whom the retired mark names. */
  readonly tenant: TenantName
  readonly installation: string
  readonly inheritFrom: readonly string[]
  /** Every endpoint of the connection. */
  readonly endpoints: readonly EndpointSight[]
  /** A tenant that exists, and may have the database, names it. */
  readonly claimed: boolean
  readonly dropAfterMs: number
}

export type Retirement =
  /** An endpoint is out of sight, or has still to be retired. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'contested'; readonly by: 'tenant' | 'mark' }
  | { readonly kind: 'retired'; readonly due: Due }

/**
 * A replica that was restored from an old backup may have the mark of a tenant that left, while the others have the
 * mark of the one that came after it. So every endpoint has to be seen, and none may name anybody else.
 */
export function judgeRetirement(input: RetirementInput): Retirement {
  let due: Due | undefined
  let complete = true
  for (const sight of input.endpoints) {
    if (!sight.reachable) complete = false
    if (!sight.reachable || sight.database === undefined) continue
    const mark = markIn(sight.database.comment)
    if (mark === undefined || !isOurs(mark, input) || !sameTenant(mark, input.tenant))
      return { kind: 'contested', by: 'mark' }
    const here = dueOf(mark, input.dropAfterMs)
    if (here === undefined) complete = false
    else due = due === undefined ? here : laterDue(due, here)
  }
  if (input.claimed) return { kind: 'contested', by: 'tenant' }
  return complete && due !== undefined ? { kind: 'retired', due } : { kind: 'incomplete' }
}
