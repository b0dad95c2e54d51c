/** Decides which retired databases are emptied now, and which wait for a person. Pure. */
import { countByNamespace, holdBack, mostAtOnce } from '../../../tenancy/departure/brake.ts'
import { isDroppable } from '../../../tenancy/departure/retired-tables.ts'
import { departedKey } from '../found/departed.ts'
import { nameHolds, type Group, type Holds } from '../held/holds.ts'
import type { DepartureObserved, Filled } from '../observed.ts'
import { foresee, type Foreseen, type Nearing, type Outlook } from './outlook.ts'

export interface Emptyings extends Pick<Outlook, 'contested' | 'nextMs'> {
  /** Emptied now, on each endpoint where the server lets it be. */
  readonly go: ReadonlySet<string>
  readonly holds: Holds
  /** Due, with a table that the server would refuse to drop, so that none of theirs is dropped there. */
  readonly tooBig: readonly string[]
}

export type EmptyingsSeen = Foreseen &
  Pick<
    DepartureObserved,
    'filled' | 'inventory' | 'recentEmptyings' | 'released' | 'failed' | 'elapsed' | 'now' | 'waitMs'
  >

export function decideEmptyings(seen: EmptyingsSeen): Emptyings {
  const { nearing, contested, nextMs } = foresee(seen)
  const filled = Map.groupBy(seen.filled, each => each.database)
  const inside = (each: Nearing): readonly Filled[] => filled.get(each.database) ?? []
  const tooBig = nearing.filter(each => each.when !== 'soon' && inside(each).some(isTooBig))
  const ready = nearing.filter(each => inside(each).some(found => !isTooBig(found)))
  const isReleased = (each: Nearing): boolean => seen.anyTime || seen.released.has(each.database)
  const holds = holdsOf(
    ready.filter(each => !isReleased(each)),
    seen,
  )
  const held = new Set(holds.held.flatMap(({ members }) => members.map(nameOf)))
  const confirmed = new Set(holds.confirmed.flatMap(({ members }) => members.map(nameOf)))
  const mayGo = (each: Nearing): boolean =>
    isReleased(each) || confirmed.has(each.database) || (seen.waitMs === 0 && !held.has(each.database))
  return {
    go: new Set(ready.filter(each => each.when !== 'soon' && mayGo(each)).map(nameOf)),
    holds,
    tooBig: tooBig.map(nameOf).sort(),
    contested,
    nextMs,
  }
}

/** When a database goes is known beforehand: of too many the first waits, too, and those that come soon are asked about. */
function holdsOf(asked: readonly Nearing[], seen: EmptyingsSeen): Holds {
  const unsure = asked.filter(({ when }) => when === 'unsure')
  const keys = new Set(asked.map(departedKey))
  const together = holdBack(
    asked.filter(({ when }) => when !== 'unsure'),
    {
      recent: countByNamespace(seen.recentEmptyings.filter(each => !keys.has(departedKey(each)))),
      allowed: mostAtOnce({ limit: seen.connection.spec.sweep.limit, marks: seen.inventory.own }),
      at: ({ at }) => at,
      isSoon: ({ when }) => when === 'soon',
    },
  )
  const groups = unsure.length === 0 ? together : [...together, unsure]
  return nameHolds('Tables', groups.map(groupOf), seen)
}

/** The time tells a database from itself when it is retired once more. */
function groupOf(members: readonly Nearing[]): Group {
  return { members, keys: members.map(each => `${departedKey(each)} ${each.at}`) }
}

function nameOf({ database }: { readonly database: string }): string {
  return database
}

function isTooBig({ largest, maxTableBytes }: Filled): boolean {
  return !isDroppable(largest, maxTableBytes)
}
