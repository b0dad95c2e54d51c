/** What the status says of the endpoints. Pure. */
import type { Condition, Problem } from '../problem.ts'
import type { Usability } from './usable.ts'

export function reachable({ problem, partly }: Usability): Condition {
  const type = 'Reachable'
  if (partly !== undefined) return { type, status: 'False', ...partly }
  if (problem === undefined || isAboutMore(problem)) {
    return { type, status: 'True', reason: 'Reachable', message: 'Every endpoint answers.' }
  }
  return { type, status: 'Unknown', ...problem }
}

/** Whether a problem can be found only on a server that answers. */
function isAboutMore({ reason }: Problem): boolean {
  return reason === 'ServerTooOld' || reason === 'MissingPrivileges' || reason === 'AccountRestricted'
}
