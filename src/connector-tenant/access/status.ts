/** What the status says of the reader's access. Pure. */
import { notYet, type Progress, type TenantCondition } from '../progress.ts'
import type { AccessPlan } from './plan.ts'

/** Its author is not told by which role, nor whose. */
const accessRemains: Readonly<Record<NonNullable<AccessPlan['remains']>, string>> = {
  byRole:
    'spec.access is Withheld, and the token still opens the database: ClickHouse gives that by a right that the operator cannot take. The platform team sees which, and how to take it, on the ClickHouseConnection. That it is taken is seen by itself.',
  byOthersGrants:
    'spec.access is Withheld, and the token still opens the database: grants are made by somebody else here (reader.grants: External), who has to take this one. That it is taken is seen by itself.',
}

export function accessCondition(
  { wanted, holds, seesAll, remains, steps }: AccessPlan,
  progress: Progress,
): TenantCondition<'AccessGranted'> {
  const type = 'AccessGranted'
  const isDone = steps.every(step => progress.done.includes(step))
  if (!isDone) return notYet(type, progress, 'The reader’s access is being changed.')
  if (remains !== undefined)
    return { type, status: 'False', reason: 'AccessRemains', message: accessRemains[remains] }
  if (!holds && steps.length === 0) {
    const message =
      'Grants are made by somebody else here (reader.grants: External), and this one is not there yet.'
    return { type, status: 'False', reason: 'Progressing', message }
  }
  if (wanted === 'Granted') {
    const message = 'The reader may read the database on every endpoint that can be worked with.'
    return { type, status: 'True', reason: 'AccessGranted', message }
  }
  const where = seesAll
    ? ''
    : ' Some endpoints of ClickHouse cannot be worked with at the moment: what was not taken there before is taken once they can.'
  const message = `spec.access is Withheld: the token opens nothing until it is Granted again.${where}`
  return { type, status: 'False', reason: 'AccessWithheld', message }
}
