/** What the status says of the reader's access. Pure. */
import { notYet, type Progress, type TenantCondition } from '../progress.ts'
import type { AccessPlan } from './plan.ts'

export function accessCondition(
  { wanted, holds, seesAll, steps }: AccessPlan,
  progress: Progress,
): TenantCondition<'AccessGranted'> {
  const type = 'AccessGranted'
  const isDone = steps.every(step => progress.done.includes(step))
  if (!isDone) return notYet(type, progress, 'The reader’s access is being changed.')
  if (!holds && steps.length === 0) {
    const message =
      'Grants are made by somebody else here (reader.grants: External), and this one is not as it should be yet.'
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
