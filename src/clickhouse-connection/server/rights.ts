/** Asks whether the operator's account may do all that it has to, and remembers the answer for a while. */
import { checkAccount } from '../../clickhouse/accounts/account-check.ts'
import type { CheckedRight } from '../../clickhouse/accounts/checked-right.ts'
import type { AccountRight } from '../../clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../clickhouse/statements.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { ServerMemory } from './memory.ts'
import type { MissingRight } from './observed.ts'

/** How long a complete account is not asked about again. An incomplete one: at each sync. */
const goodForMs = 10 * 60_000

export interface RightsQuestion {
  readonly endpoints: readonly EndpointView[]
  readonly rights: readonly AccountRight[]
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** When a statement was refused for want of a right: what was found before that is asked anew. */
  readonly doubtedAt: number
}

/** The rights that are missing, each once, with where. One that cannot be asked is none. Throws only the signal's reason. */
export async function missingRights(
  server: Server,
  { endpoints, rights, elapsed, doubtedAt }: RightsQuestion,
  memory: ServerMemory['rights'],
  signal: AbortSignal,
): Promise<readonly MissingRight[]> {
  if (rights.length === 0) return []
  const about = JSON.stringify(rights)
  const answers = endpoints.map(async (view): Promise<readonly MissingRight[]> => {
    if (!view.ok) return []
    const known = memory.get(view.url)
    const isGood =
      known?.about === about &&
      known.answer.length === 0 &&
      elapsed - known.at < goodForMs &&
      known.at > doubtedAt
    if (isGood) return []
    const answer = await ask(server, { url: view.url, rights }, signal)
    memory.set(view.url, { about, at: elapsed, answer })
    return answer.map(right => ({ ...right, urls: [view.url] }))
  })
  const missing = new Map<string, MissingRight>()
  for (const right of (await Promise.all(answers)).flat()) {
    const statement = grantRight(right, right.username)
    const before = missing.get(statement)?.urls ?? []
    missing.set(statement, { ...right, urls: [...before, ...right.urls] })
  }
  return [...missing.values()]
}

async function ask(
  server: Server,
  question: { readonly url: string; readonly rights: readonly AccountRight[] },
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  try {
    return (await checkAccount(server, question, signal)).filter(({ held }) => !held)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return []
    throw error
  }
}
