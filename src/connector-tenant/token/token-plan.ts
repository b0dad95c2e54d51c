/**
 * What to do about the token Secret, decided from what was seen. The rule behind all of it: a token that is
 * whole, sealed by us and made for the pair the tenant should have is never made again.
 */
import type { Pair } from '../../tenancy/pair.ts'
import { samePair } from '../../tenancy/pair.ts'
import type { SecretView } from '../../published-secret/view.ts'
import type { SealedToken } from '../../published-secret/build.ts'
import type { TokenStep } from '../steps.ts'

/** The pair a tenant should have, and whether its keys are at hand. */
export interface PairDecision {
  /** Undefined: none yet, as DataLens has not answered or the key is not made. */
  readonly wanted: Pair | undefined
  /** Inputs' fingerprint for `wanted`; undefined while one of its keys is not at hand. */
  readonly fingerprint: string | undefined
  /** Why `wanted` cannot be minted now, in words for the tenant's author. */
  readonly waitingFor: string
}

export interface TokenSituation {
  /** The Secret of the wanted name. */
  readonly current: SecretView | undefined
  /** Secrets of this tenant under other names (`spec.secret.name` was changed). */
  readonly former: readonly SecretView[]
  readonly pair: PairDecision
  /** The pair that the status vouches for: the tenant was served with it when its seal could still be checked. */
  readonly vouched: Pair | undefined
}

export type TokenPlan =
  | { readonly kind: 'published'; readonly holds: SealedToken; readonly steps: readonly TokenStep[] }
  | {
      readonly kind: 'mint'
      readonly pair: Pair
      readonly why: MintReason
      readonly steps: readonly TokenStep[]
    }
  | { readonly kind: 'conflict'; readonly because: string }
  | { readonly kind: 'waiting'; readonly message: string }

export type MintReason = 'first' | 'rotated' | 'damaged'

export function planToken(seen: TokenSituation): TokenPlan {
  const { current } = seen
  if (current?.foreign !== undefined) return { kind: 'conflict', because: current.foreign }
  const usable = [current, ...seen.former.filter(view => view.foreign === undefined)].find(
    view => view !== undefined && mayKeep(view, seen),
  )
  if (usable?.holds !== undefined) return keep(usable, usable.holds, seen)
  return mint(seen)
}

/** A whole token is kept when it is for the wanted pair, or when nothing newer can be made. */
function mayKeep(view: SecretView, { pair }: TokenSituation): boolean {
  if (view.seal !== 'valid' || view.holds === undefined) return false
  if (pair.wanted === undefined || pair.fingerprint === undefined) return true
  return samePair(view.holds.pair, pair.wanted) && view.holds.fingerprint === pair.fingerprint
}

function keep(usable: SecretView, holds: SealedToken, seen: TokenSituation): TokenPlan {
  const inPlace = usable === seen.current
  const steps: TokenStep[] = []
  if (inPlace && !usable.tidy) steps.push({ kind: 'repairSecret', over: usable.secret, sealed: holds })
  if (!inPlace && seen.current === undefined) steps.push({ kind: 'createSecret', sealed: holds })
  if (!inPlace && seen.current !== undefined) {
    steps.push({ kind: 'repairSecret', over: seen.current.secret, sealed: holds })
  }
  return { kind: 'published', holds, steps: [...steps, ...removals(seen)] }
}

function mint(seen: TokenSituation): TokenPlan {
  const { current, pair } = seen
  if (pair.wanted === undefined || pair.fingerprint === undefined) return wait(seen)
  // Not "damaged": the key that sealed it may come back, and then it is a good token.
  if (current?.seal === 'unknown' && current.holds?.pair.partner === pair.wanted.partner) return wait(seen)
  const why: MintReason = current === undefined ? 'first' : current.seal === 'broken' ? 'damaged' : 'rotated'
  const publish: TokenStep = {
    kind: 'mintToken',
    pair: pair.wanted,
    fingerprint: pair.fingerprint,
    ...(current === undefined ? {} : { over: current.secret }),
  }
  return { kind: 'mint', pair: pair.wanted, why, steps: [publish, ...removals(seen)] }
}

/** A lost key takes nobody's token away: what was good while it could be checked still opens its database. */
function wait({ current, vouched, pair }: TokenSituation): TokenPlan {
  const holds = current?.seal === 'unknown' ? current.holds : undefined
  if (holds !== undefined && samePair(holds.pair, vouched)) return { kind: 'published', holds, steps: [] }
  return { kind: 'waiting', message: pair.waitingFor }
}

/** The old name goes last, so that a token is under one of the two names at every moment. */
function removals({ former }: TokenSituation): TokenStep[] {
  return former
    .filter(view => view.foreign === undefined && view.seal === 'valid')
    .map(view => ({ kind: 'deleteSecret', secret: view.secret }))
}
