/** Which rights the operator's account has, by the server's own word. */
import type { Endpoint } from '../endpoint/endpoint.ts'
import { rightText } from '../statements.ts'
import type { AccountRight } from './operator-account.ts'

/** How many rights one statement asks about: they have to fit into `max_query_size`. */
const mostAtOnce = 100
/** How many rights are asked about by themselves at a time: tenants need connections, too. */
const sideBySide = 4

/**
 * Asks about all together, as an account mostly has all that it needs: the server says yes only if it has each. Where it
 * says no, each is asked about by itself. CHECK GRANT does not know GRANT OPTION.
 *
 * @returns those of `rights` that it has @throws ClickHouseError; `syntax` from a server older than 24.10
 */
export async function heldRights(
  endpoint: Endpoint,
  rights: readonly AccountRight[],
  signal: AbortSignal,
): Promise<ReadonlySet<AccountRight>> {
  const held = new Set<AccountRight>()
  for (let from = 0; from < rights.length; from += mostAtOnce) {
    const some = rights.slice(from, from + mostAtOnce)
    const all = await hasAll(endpoint, some, signal)
    for (const right of all ? some : await askSingly(endpoint, some, signal)) held.add(right)
  }
  return held
}

async function askSingly(
  endpoint: Endpoint,
  rights: readonly AccountRight[],
  signal: AbortSignal,
): Promise<readonly AccountRight[]> {
  if (rights.length === 1) return []
  const held: AccountRight[] = []
  const open = [...rights]
  const work = async (): Promise<void> => {
    for (let right = open.pop(); right !== undefined; right = open.pop())
      if (await hasAll(endpoint, [right], signal)) held.push(right)
  }
  await Promise.all(Array.from({ length: sideBySide }, work))
  return held
}

async function hasAll(
  endpoint: Endpoint,
  rights: readonly AccountRight[],
  signal: AbortSignal,
): Promise<boolean> {
  const sql = `CHECK GRANT ${rights.map(rightText).join(', ')}`
  const rows = await endpoint.plainRows(
    { kind: 'checkRights', sql, what: 'check its own rights', write: false },
    signal,
  )
  return Number(rows[0]?.[0]) === 1
}
