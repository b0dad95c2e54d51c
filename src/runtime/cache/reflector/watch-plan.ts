/** From where a watch begins, and what it has to prove. Pure. */
import { type Mark, versionToHear } from './continuity.ts'
import { type CatchingUp, catchingUp, type Watching } from './reflector-state.ts'

/** What ends watches early and in order, such as a proxy, does so for ever. A list each time would be a load. */
export const lookEveryMs = 600_000

interface WatchPlan {
  readonly kind: 'watch'
  readonly from: Watching
  readonly asks: {
    readonly resourceVersion: string
    readonly expects?: Mark
    /** A list is due then, which proves what no watch can. Default: none is. */
    readonly longestMs?: number
  }
}

/**
 * @param lastSeen what a watch can tell again
 * @param untilLookMs how long no list is to be taken only because watches end early
 */
export function planWatch(
  from: Watching,
  lastSeen: () => Mark | undefined,
  untilLookMs: number,
): WatchPlan | CatchingUp {
  const { doubt, resourceVersion } = from
  if (doubt === undefined) return { kind: 'watch', from, asks: { resourceVersion } }
  const expects = doubt === 'owed' ? undefined : lastSeen()
  const told = expects && versionToHear(expects, resourceVersion)
  if (expects !== undefined && told !== undefined)
    return { kind: 'watch', from, asks: { resourceVersion: told, expects } }
  if (doubt === 'broken' || untilLookMs <= 0) return catchingUp(from)
  const owed = { ...from, doubt: 'owed' } as const
  return { kind: 'watch', from: owed, asks: { resourceVersion, longestMs: untilLookMs } }
}
