/** What the status says of the endpoints. Pure. */
import type { Condition } from '../problem.ts'
import type { Usability } from './usable.ts'

export function reachable({ problem, partly, looked }: Usability): Condition {
  const type = 'Reachable'
  if (partly !== undefined) return { type, status: 'False', ...partly }
  if (!looked && problem !== undefined) return { type, status: 'Unknown', ...problem }
  return { type, status: 'True', reason: 'Reachable', message: 'Every endpoint answers.' }
}
