/** Decides which retired databases are emptied now, and which wait for a person. Pure. */
import { annotations } from '../../../api/labels.ts'
import { heldEmptyings } from '../../../tenancy/departure/emptying-limit.ts'
import { isDroppable } from '../../../tenancy/departure/retired-tables.ts'
import { confirmedCount } from './confirmed.ts'
import { retiredKey } from '../found/inventory.ts'
import type { DepartureObserved, Filled } from '../observed.ts'
import { foresee, type Foreseen, type Nearing, type Outlook } from './outlook.ts'

export interface Emptyings extends Pick<Outlook, 'contested' | 'nextMs'> {
  /** Emptied now, on each endpoint where the server lets it be. */
  readonly go: ReadonlySet<string>
  /** They wait for a person. */
  readonly held: readonly string[]
  /** Due, with a table that the server would refuse to drop, so that none of theirs is dropped there. */
  readonly tooBig: readonly string[]
}

export type EmptyingsSeen = Foreseen &
  Pick<DepartureObserved, 'filled' | 'inventory' | 'recentEmptyings' | 'released' | 'failed' | 'elapsed'>

export function decideEmptyings(seen: EmptyingsSeen): Emptyings {
  const { nearing, contested, nextMs } = foresee(seen)
  const filled = Map.groupBy(seen.filled, each => each.database)
  const inside = (each: Nearing): readonly Filled[] => filled.get(each.database) ?? []
  const tooBig = nearing.filter(each => each.when !== 'soon' && inside(each).some(isTooBig))
  const ready = nearing.filter(each => inside(each).some(found => !isTooBig(found)))
  const isReleased = (each: Nearing): boolean =>
    seen.anyTime || each.found.some(found => seen.released.has(retiredKey(found)))
  const asked = ready.filter(each => !isReleased(each))
  const held = heldOf(asked, seen)
  const go = ready.filter(each => each.when !== 'soon' && !held.includes(each))
  return {
    go: new Set(go.map(nameOf)),
    held: held.map(nameOf).sort(),
    tooBig: tooBig.map(nameOf).sort(),
    contested,
    nextMs,
  }
}

function heldOf(asked: readonly Nearing[], seen: EmptyingsSeen): readonly Nearing[] {
  const count = (when: Nearing['when']): number => asked.filter(each => each.when === when).length
  const names = new Set(asked.map(nameOf))
  const held = heldEmptyings({
    due: count('due'),
    soon: count('soon'),
    unsure: count('unsure'),
    recent: [...seen.recentEmptyings].filter(name => !names.has(name)).length,
    marks: seen.inventory.own,
    limit: seen.connection.spec.sweep.limit,
    confirmed: confirmedCount(seen.connection, annotations.confirmEmptying),
  })
  return asked.filter(({ when }) => held[when])
}

function nameOf({ database }: Nearing): string {
  return database
}

function isTooBig({ largest, maxTableBytes }: Filled): boolean {
  return !isDroppable(largest, maxTableBytes)
}
