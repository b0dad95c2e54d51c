/**
 * Plans what to do about the token Secret. A token that is whole, sealed by us and made for the pair that the tenant
 * should have is never made again. Pure.
 */
import { planKept, planRemovals, type SecretConflict } from '../../published-secret/plan.ts'
import { samePair, type Pair } from '../../tenancy/pair.ts'
import type { PairDecision } from './pair-decision.ts'
import type { SealedToken } from './secret.ts'
import type { MintStep, TokenStep } from './steps.ts'
import type { CurrentTokenView, TokenView } from './view.ts'

export interface TokenSituation {
  /** The Secret with the wanted name. */
  readonly current: CurrentTokenView | undefined
  /** Secrets of this tenant under other names (`spec.secret.name` was changed). */
  readonly former: readonly TokenView[]
  readonly pair: PairDecision
  /** The pair with which the tenant was served, by its status, when the seal could still be checked. */
  readonly vouched: Pair | undefined
}

export type TokenPlan =
  | { readonly kind: 'published'; readonly holds: SealedToken; readonly steps: readonly TokenStep[] }
  | {
      readonly kind: 'mint'
      /** The present token is good, but of a former pair. */
      readonly rotates: boolean
      readonly steps: readonly TokenStep[]
    }
  | ({ readonly kind: 'conflict' } & SecretConflict)
  | { readonly kind: 'waiting'; readonly message: string }

export function planToken(seen: TokenSituation): TokenPlan {
  const { current } = seen
  if (current?.foreign !== undefined) {
    return { kind: 'conflict', name: current.secret.metadata.name, because: current.foreign }
  }
  const usable = [current, ...seen.former.filter(view => view.foreign === undefined)].find(
    view => view !== undefined && mayKeep(view, seen),
  )
  if (usable?.holds !== undefined) return keep(usable, usable.holds, seen)
  return mint(seen)
}

/** Whether to keep a whole token: it is for the wanted pair, or nothing newer can be made. */
function mayKeep(view: TokenView, { pair }: TokenSituation): boolean {
  if (view.seal !== 'valid' || view.holds === undefined) return false
  if (pair.wanted === undefined || pair.fingerprint === undefined) return true
  return samePair(view.holds.pair, pair.wanted) && view.holds.fingerprint === pair.fingerprint
}

function keep(usable: TokenView, holds: SealedToken, seen: TokenSituation): TokenPlan {
  const { current } = seen
  const kept = planKept(holds, { current, inPlace: usable === current })
  return { kind: 'published', holds, steps: [...kept, ...removals(seen)] }
}

function mint(seen: TokenSituation): TokenPlan {
  const { current, pair } = seen
  if (pair.wanted === undefined || pair.fingerprint === undefined) return wait(seen)
  // It is not damaged: the key that sealed it may come back, and then the token is good.
  if (current?.seal === 'unknown' && current.holds?.pair.partner === pair.wanted.partner) return wait(seen)
  const publish: MintStep = {
    kind: 'mintToken',
    pair: pair.wanted,
    fingerprint: pair.fingerprint,
    ...(current === undefined ? {} : { over: current.secret }),
  }
  const rotates = current !== undefined && current.seal !== 'broken'
  return { kind: 'mint', rotates, steps: [publish, ...removals(seen)] }
}

/** Waits. A lost key takes nobody's token away: one that was good when it could be checked still opens its database. */
function wait({ current, vouched, pair }: TokenSituation): TokenPlan {
  const holds = current?.seal === 'unknown' ? current.holds : undefined
  if (holds !== undefined && samePair(holds.pair, vouched)) return { kind: 'published', holds, steps: [] }
  return { kind: 'waiting', message: pair.waitingFor }
}

function removals({ former }: TokenSituation): readonly TokenStep[] {
  const ours = former.filter(view => view.foreign === undefined && view.seal === 'valid')
  return planRemovals(ours.map(({ secret }) => secret))
}
