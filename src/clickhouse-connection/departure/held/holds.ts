/** Names what is held, and tells what of it a person has confirmed. Pure. */
import type { ClickHouseConnectionStatus } from '../../../api/clickhouse-connection.ts'
import type { HeldRecord } from '../../../api/status/clickhouse-connection.ts'
import { annotations } from '../../../api/labels.ts'
import { parseTimestamp, toTimestamp } from '../../../core/timestamp.ts'
import { nameHold, recordOf } from '../../../tenancy/departure/hold.ts'
import { departedKey, type Departed, type DepartedTenant } from '../found/departed.ts'
import { serverTime } from '../found/server-time.ts'
import type { DepartureObserved } from '../observed.ts'

/** Departed tenants that wait for one confirmation. */
export interface Hold {
  readonly record: HeldRecord
  readonly members: readonly DepartedTenant[]
}

export interface Holds {
  readonly held: readonly Hold[]
  /** They are let go by this run. */
  readonly confirmed: readonly Hold[]
}

export interface NamedHolds extends Holds {
  /** Some are meant by what a person wrote before the status could tell of them. They are confirmed at the next look. */
  readonly areMeant: boolean
}

/** In which annotation a person confirms it. */
export const annotationFor = {
  Access: annotations.confirmSweep,
  Tables: annotations.confirmEmptying,
} as const satisfies Readonly<Record<HeldRecord['takes'], string>>

type HoldsSeen = Pick<DepartureObserved, 'connection' | 'endpoints' | 'now'>

export interface Group {
  readonly members: readonly DepartedTenant[]
  /** Tell them from others, also of the same name. */
  readonly keys: readonly string[]
}

export function nameHolds(
  takes: HeldRecord['takes'],
  groups: readonly Group[],
  { connection: { metadata, status }, endpoints, now }: HoldsSeen,
): NamedHolds {
  const context = {
    uid: metadata.uid ?? '',
    records: status?.held ?? [],
    now: toTimestamp(serverTime(endpoints).latest ?? now),
    said: metadata.annotations?.[annotationFor[takes]],
    isOnly: groups.length === 1,
  }
  const named = groups.map(({ members, keys }) => ({ members, ...nameHold({ takes, keys }, context) }))
  return {
    held: named.filter(({ isConfirmed }) => !isConfirmed).map(holdOf),
    confirmed: named.filter(({ isConfirmed }) => isConfirmed).map(holdOf),
    areMeant: named.some(({ isMeant, isConfirmed }) => isMeant && !isConfirmed),
  }
}

/**
 * Tenants that are gone, with the time since which they are held by themselves. After a restart only the record tells:
 * otherwise all would have left at once.
 */
export function sinceHeld(
  departed: readonly Departed[],
  {
    connection: { metadata, status },
    endpoints,
    now,
    elapsed,
  }: HoldsSeen & Pick<DepartureObserved, 'elapsed'>,
): readonly Departed[] {
  const { uid = '' } = metadata
  const records = status?.held ?? []
  if (records.length === 0) return departed
  const time = serverTime(endpoints).latest ?? now
  return [...Map.groupBy(departed, ({ namespace }) => namespace).values()].flatMap(group => {
    const record = recordOf({ takes: 'Access', keys: group.map(departedKey) }, { uid, records })
    const heldMs = time - (parseTimestamp(record?.since) ?? time)
    return group.map(each => ({ ...each, since: Math.min(each.since, elapsed - heldMs) }))
  })
}

function holdOf({ record, members }: Hold): Hold {
  return { record, members }
}

/** As many as a status holds. */
const most = 64

/** What the status keeps of it. Nothing is forgotten while an endpoint is away that may have more of it. */
export function listHeld(
  held: readonly Hold[],
  {
    connection: { status },
    endpoints,
    waitsUntil,
  }: Pick<DepartureObserved, 'connection' | 'endpoints' | 'waitsUntil'>,
): Pick<ClickHouseConnectionStatus, 'held' | 'waitsUntil'> {
  const records = held.map(({ record }) => record)
  const names = new Set(records.map(({ confirm }) => confirm))
  const isComplete = endpoints.length > 0 && endpoints.every(view => view.ok)
  const before = isComplete ? [] : (status?.held ?? []).filter(({ confirm }) => !names.has(confirm))
  const kept = [...records, ...before].slice(0, most)
  return {
    ...(kept.length === 0 ? {} : { held: kept }),
    ...(waitsUntil === undefined ? {} : { waitsUntil }),
  }
}
