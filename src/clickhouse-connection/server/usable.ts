/** Whether the server can be worked with: on every endpoint, on some, or on none. Pure. */
import { isTrue } from '../../api/conditions.ts'
import type { ClickHouseConnectionReason } from '../../api/reasons.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { awayProblem } from './away.ts'
import { rightsProblem } from './lacking.ts'
import type { Problem } from '../problem.ts'
import type { ServerObserved } from './observed.ts'
import { refusedAccount } from './refused-account.ts'

export interface Usability {
  /** Why nobody new can be served. */
  readonly problem: Problem | undefined
  /** Why not every endpoint can be worked with. Served tenants stay served. */
  readonly partly: Problem | undefined
  /** Whether the endpoints were looked at. While the account's Secret is missing, the open connection goes on. */
  readonly looked: boolean
}

/** What is wrong with one endpoint of several concerns that one alone: only what is so on all of them stops all. */
export function usabilityOf(seen: ServerObserved): Usability {
  const { account, endpoints } = seen
  const missing = account.kind === 'missing' ? account.problem : undefined
  if (endpoints.length === 0) return { problem: missing ?? notYet, partly: undefined, looked: false }
  const failed = endpoints.filter(view => !view.ok)
  const away = refusedAccount(seen) ?? awayProblem(failed, endpoints.length)
  const found = together([away, rightsProblem(seen)])
  const problem = missing ?? (usableEndpoints(seen).length === 0 ? found : undefined)
  return { problem, partly: found, looked: true }
}

/** Those that answer, and give the account all that it needs there. */
export function usableEndpoints({
  endpoints,
  missingRights,
}: Pick<ServerObserved, 'endpoints' | 'missingRights'>): readonly EndpointView[] {
  const lacking = new Set(missingRights.flatMap(({ urls }) => urls))
  return endpoints.filter(view => view.ok && !lacking.has(view.url))
}

const notYet: Problem = { reason: 'Progressing', message: 'ClickHouse is being looked at.' }

/** What may pass by itself. Anything else takes a person, and is told first. */
const passing: ReadonlySet<ClickHouseConnectionReason> = new Set([
  'ServerChanged',
  'PartlyReachable',
  'Unreachable',
])

function together(problems: readonly (Problem | undefined)[]): Problem | undefined {
  const found = problems.filter(problem => problem !== undefined)
  const ordered = [
    ...found.filter(({ reason }) => !passing.has(reason)),
    ...found.filter(({ reason }) => passing.has(reason)),
  ]
  const [first] = ordered
  return first && { reason: first.reason, message: ordered.map(({ message }) => message).join(' ') }
}

/** Whether tenants were served before. Then the outage of one endpoint makes nobody unready. */
export function wasReady({ connection }: Pick<ServerObserved, 'connection'>): boolean {
  return isTrue(connection.status?.conditions, 'Ready')
}
