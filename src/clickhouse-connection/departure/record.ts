/** Writes down who is let go, before anything is taken: a process may end at any moment after that. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { HeldRecord } from '../../api/status/clickhouse-connection.ts'
import { keyOf } from '../../api/object.ts'
import { KubeError } from '../../kube/errors.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { writeStatus } from '../../kube/objects/write-status.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import { confirms } from '../../tenancy/departure/hold.ts'
import { departedKey, type DepartedTenant } from './found/departed.ts'
import { annotationFor, type Hold } from './held/holds.ts'
import { listLosses, type RecentLosses } from './losses.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureTask, Takes } from './plan.ts'

export interface RecordTarget {
  readonly connections: Store<ClickHouseConnection>
  readonly connectionClient: ResourceClient<ClickHouseConnection>
}

export interface Recording {
  readonly connection: ClickHouseConnection
  readonly tasks: readonly DepartureTask[]
  /** What a person has confirmed: with this write that is used up, and those who are let go are on record. */
  readonly confirmed: readonly Hold[]
  readonly elapsed: number
  /** Milliseconds since the epoch, by the servers' clocks where they tell the time. */
  readonly time: number
}

/**
 * Those that are written down already cost no write.
 *
 * @returns the connection as it is now
 * @throws KubeError, StaleView: then nothing may be taken
 */
export async function recordLosses(
  recording: Recording,
  memory: Pick<DepartureMemory, 'losses'>,
  to: RecordTarget,
  signal: AbortSignal,
): Promise<ClickHouseConnection> {
  const { connection, confirmed, elapsed, time } = recording
  const { losses } = memory
  const leaving = leavingIn(recording)
  if (leaving.length === 0 && confirmed.length === 0) return connection
  await proveSpec(connection, to, signal)
  const fresh = leaving.filter(({ takes, departed }) => losses[takes].letGo(departed, { elapsed, time }))
  if (leaving.every(isWrittenIn(connection)) && confirmed.length === 0) return connection
  try {
    if (confirmed.length === 0) await writeBeside(recording, memory, to, signal)
    else await useConfirmations(recording, memory, to, signal)
  } catch (error) {
    // Of a write whose answer is lost nobody knows. Those are let go, but nothing is taken before they are on record.
    if (isRefused(error)) for (const { takes, departed } of fresh) losses[takes].forget(departed)
    throw error
  }
  const written = to.connections.get(keyOf(connection))
  return written !== undefined && isOfOneSpec(written, connection) ? written : connection
}

/** Whether nothing was written, for certain. */
export function isRefused(error: unknown): boolean {
  return error instanceof StaleView || (error instanceof KubeError && !error.uncertain)
}

/**
 * Proves by a live read that the connection still has the spec that the decision rests on: it says who goes, when, and
 * whether anything may be done at all. @throws KubeError, StaleView
 */
async function proveSpec(
  connection: ClickHouseConnection,
  { connectionClient }: RecordTarget,
  signal: AbortSignal,
): Promise<void> {
  const live = await connectionClient.get(keyOf(connection), signal)
  if (live === undefined || !isOfOneSpec(live, connection))
    throw new StaleView('the connection asks for something else by now')
}

async function writeBeside(
  { connection, elapsed }: Recording,
  memory: Pick<DepartureMemory, 'losses'>,
  { connections, connectionClient }: RecordTarget,
  signal: AbortSignal,
): Promise<void> {
  const { recentDepartures: _access, recentEmptyings: _tables, ...rest } = connection.status ?? {}
  const status = { ...rest, ...recentLosses(memory, elapsed) }
  await writeStatus(connection, status, { client: connectionClient, store: connections }, signal)
}

/**
 * Puts those that are let go on record, in place of what is confirmed: with the same write that is used up. It goes
 * only over the version that was read, so of two processes one does it.
 */
async function useConfirmations(
  recording: Recording,
  memory: Pick<DepartureMemory, 'losses'>,
  { connections, connectionClient }: RecordTarget,
  signal: AbortSignal,
): Promise<void> {
  const key = keyOf(recording.connection)
  const live = await connectionClient.get(key, signal)
  const held = leftAfter(recording, live)
  const { resourceVersion } = live?.metadata ?? {}
  const status = { held: held.length === 0 ? null : held, ...recentLosses(memory, recording.elapsed) }
  const written = await connectionClient.mergePatchStatus(
    key,
    { metadata: { resourceVersion }, status },
    signal,
  )
  connections.noteWrite(written)
}

/** What a cache says may be of long ago. @throws StaleView unless a person says so still, and it was not used */
function leftAfter(
  { connection, confirmed }: Recording,
  live: ClickHouseConnection | undefined,
): readonly HeldRecord[] {
  const { held = [] } = live?.status ?? {}
  const stands = ({ record: { takes, confirm } }: Hold): boolean => {
    const alike = held.filter(each => each.takes === takes)
    const record = alike.find(each => each.confirm === confirm)
    const said = live?.metadata.annotations?.[annotationFor[takes]]
    return record !== undefined && confirms(said, record, alike.length === 1)
  }
  if (live?.metadata.uid !== connection.metadata.uid || !confirmed.every(stands))
    throw new StaleView('the confirmation is another one by now')
  const used = new Set(confirmed.map(({ record }) => record.confirm))
  return held.filter(({ confirm }) => !used.has(confirm))
}

interface Leaving {
  readonly takes: Takes
  readonly departed: DepartedTenant
}

function leavingIn({ tasks, confirmed }: Recording): readonly Leaving[] {
  const said = confirmed.flatMap(({ record, members }) => {
    const takes: Takes = record.takes === 'Access' ? 'access' : 'tables'
    return members.map(departed => ({ takes, departed }))
  })
  return [...said, ...tasks]
}

function isWrittenIn({ status }: ClickHouseConnection): (leaving: Leaving) => boolean {
  const keys = (losses: RecentLosses['recentDepartures'] = []): ReadonlySet<string> =>
    new Set(losses.filter(({ pending }) => pending === true).map(each => `${each.tenant} ${each.database}`))
  const written = { access: keys(status?.recentDepartures), tables: keys(status?.recentEmptyings) }
  return ({ takes, departed }) => written[takes].has(departedKey(departed))
}

/** What is reported of this run must not be said of a spec that came meanwhile. */
function isOfOneSpec(a: ClickHouseConnection, b: ClickHouseConnection): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation
}

/** Undefined while it is not known what an earlier process did. */
export function recentLosses(
  { losses }: Pick<DepartureMemory, 'losses'>,
  elapsed: number,
): RecentLosses | undefined {
  if (!losses.access.isLoaded) return undefined
  return listLosses({
    recentDepartures: losses.access.list(elapsed),
    recentEmptyings: losses.tables.list(elapsed),
  })
}
