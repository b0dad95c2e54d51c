/** Asks whether the operator's account may do all that it has to, and remembers the answer for a while. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { ReaderMode } from '../../clickhouse/accounts/operator-account.ts'
import {
  checkAccount,
  type CheckedRight,
  type CheckRequest,
} from '../../clickhouse/accounts/account-check.ts'
import { grantRight } from '../../clickhouse/statements.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { isSupported } from './version.ts'
import type { ServerMemory } from './memory.ts'

/** How long a complete account is not asked again, as each right takes a statement. An incomplete one: at each sync. */
const goodForMs = 10 * 60_000

export interface RightsQuestion {
  readonly endpoints: readonly EndpointView[]
  readonly request: CheckRequest
  /** Monotonic milliseconds. */
  readonly elapsed: number
}

/** The rights that are missing, each once. One that cannot be asked is none. Throws only the signal's reason. */
export async function missingRights(
  server: Server,
  { endpoints, request, elapsed }: RightsQuestion,
  memory: ServerMemory,
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  const about = JSON.stringify(request)
  const answers = endpoints.map(async view => {
    if (!view.ok || !isSupported(view.data.version)) return []
    const known = memory.rights.get(view.url)
    const isGood = known?.about === about && known.answer.length === 0 && elapsed - known.at < goodForMs
    if (isGood) return []
    const answer = await ask(server, view.url, request, signal)
    memory.rights.set(view.url, { about, at: elapsed, answer })
    return answer
  })
  const missing = new Map<string, CheckedRight>()
  for (const right of (await Promise.all(answers)).flat())
    missing.set(grantRight(right, right.username), right)
  return [...missing.values()]
}

async function ask(
  server: Server,
  url: string,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  try {
    return (await checkAccount(server, { url, request }, signal)).filter(({ held }) => !held)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return []
    throw error
  }
}

/** How many names are looked at where there is no pattern, as there may be thousands. */
const mostNames = 10

/**
 * How far the account has to reach: the patterns of the PartnerKeys. If a PartnerKey has none, or one that begins with
 * a wildcard, some of its tenants' names are taken instead. The account need not reach every database of the server.
 */
export function rightsRequest(
  connection: ClickHouseConnection,
  partnerKeys: readonly PartnerKey[],
  namesOf: (partnerKey: PartnerKey) => readonly string[],
): CheckRequest {
  const patterns = partnerKeys.flatMap(partnerKey => {
    const { databases } = partnerKey.spec.tenants
    if (databases?.every(startsPlain) === true) return databases
    return [...namesOf(partnerKey)].sort().slice(0, mostNames)
  })
  return {
    mode: readerMode(connection),
    patterns: [...new Set(patterns)].sort(),
    allowDrop: partnerKeys.some(({ spec }) => spec.tenants.allowDrop),
  }
}

/** Whether a pattern begins with plain text. `{namespace}__*` does not. */
function startsPlain(pattern: string): boolean {
  return /^[^*?[\]{}]/.test(pattern)
}

function readerMode({ spec }: ClickHouseConnection): ReaderMode {
  if (spec.reader.grants === 'External') return 'externalGrants'
  return spec.reader.management === 'Managed' ? 'managed' : 'externalReader'
}
