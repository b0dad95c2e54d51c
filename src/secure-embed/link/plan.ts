/** Plans what to do about an embed's Secret. A link that is good and not due is never made again. Pure. */
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { claimsOf } from '../../embed/token/claims.ts'
import { validityFrom } from '../../embed/token/lifetime.ts'
import { longestToken, tokenLength } from '../../embed/token/signed-text.ts'
import { planKept, planRemovals, type SecretConflict } from '../../published-secret/plan.ts'
import type { EmbedProblem } from '../problem.ts'
import type { HeldLink, Previous } from './held.ts'
import { refreshMoment } from './refresh.ts'
import type { LinkSituation } from './situation.ts'
import type { LinkStep } from './steps.ts'
import type { LinkView } from './view.ts'

export type LinkPlan =
  /** A good link is kept. */
  | { readonly kind: 'kept'; readonly held: HeldLink; readonly steps: readonly LinkStep[] }
  /** A new one is made. `meanwhile` is good as long as it is not. */
  | { readonly kind: 'mint'; readonly meanwhile: HeldLink | undefined; readonly steps: readonly LinkStep[] }
  /** No new one can be made, and the one that is there is kept as long as it lives. */
  | {
      readonly kind: 'stranded'
      readonly problem: EmbedProblem
      readonly held: HeldLink
      readonly steps: readonly LinkStep[]
    }
  /** There is none that is as wanted and lives, and none can be made. */
  | { readonly kind: 'stuck'; readonly problem: EmbedProblem; readonly steps: readonly LinkStep[] }
  | ({ readonly kind: 'conflict'; readonly steps: readonly LinkStep[] } & SecretConflict)

export function planLink(seen: LinkSituation): LinkPlan {
  const { current, key } = seen
  if (current?.foreign !== undefined) {
    return { kind: 'conflict', name: current.secret.metadata.name, because: current.foreign, steps: [] }
  }
  const usable = [current, ...own(seen)].find(view => view !== undefined && isUsable(view, seen))
  if (key.kind !== 'usable') return withoutKey(key.problem, usable, seen)
  if (usable?.held !== undefined && seen.now < refreshAt(usable.held.exp, seen)) {
    return { kind: 'kept', held: usable.held, steps: keep(usable, usable.held, seen) }
  }
  const problem = tooLarge(seen, key.key.key)
  if (problem !== undefined) return { kind: 'stuck', problem, steps: [] }
  return {
    kind: 'mint',
    meanwhile: usable?.held,
    steps: [mintStep(seen, key.key.fingerprint), ...removals(seen)],
  }
}

/** How far ahead of this clock a token may begin, in seconds, before it is taken for one of a clock that was wrong. */
const mostAhead = 60

/** A link as the spec wants it, signed by the key, that lives. */
export function isUsable(
  { held, asWanted, signature }: LinkView,
  { now }: Pick<LinkSituation, 'now'>,
): boolean {
  return (
    held !== undefined && asWanted && signature !== 'broken' && held.iat <= now + mostAhead && now < held.exp
  )
}

/** A key that became bad takes no link away. */
function withoutKey(problem: EmbedProblem, usable: LinkView | undefined, seen: LinkSituation): LinkPlan {
  if (usable?.held === undefined) return { kind: 'stuck', problem, steps: [] }
  return { kind: 'stranded', problem, held: usable.held, steps: keep(usable, usable.held, seen) }
}

function keep(usable: LinkView, held: HeldLink, seen: LinkSituation): readonly LinkStep[] {
  const { current } = seen
  return [...planKept(held, { current, inPlace: usable === current }), ...removals(seen)]
}

function mintStep(seen: LinkSituation, keyFingerprint: string): LinkStep {
  const { current } = seen
  const over = current === undefined ? {} : { over: current.secret }
  return { kind: 'mintLink', previous: previousOf(seen, keyFingerprint), ...over }
}

/**
 * The embed and key of the links before, and when the last of these ends. A link that outlives the new one is noted also
 * if it is of the present embed and key: when these change, it is among the links before.
 */
function previousOf(seen: LinkSituation, keyFingerprint: string): Previous | undefined {
  const view = [seen.current, ...own(seen)].find(one => one?.held !== undefined)
  if (view?.held === undefined) return seen.known
  const { embedId, keyFingerprint: signedBy, exp, previous } = view.held
  // No link of this key is broken: somebody else wrote it there.
  const isForged = view.signature === 'broken' && signedBy === keyFingerprint
  if (signedBy === undefined || isForged) return previous
  const { now, wanted } = seen
  const isSame = embedId === wanted.embed.embedId && signedBy === keyFingerprint
  if (isSame && exp <= validityFrom(now * 1000, wanted.lifetime).exp) return previous
  const last = Math.max(exp * 1000, parseTimestamp(previous?.expiresAt) ?? 0)
  const former = (isSame ? previous : undefined) ?? { embedId, keyFingerprint: signedBy }
  return { ...former, expiresAt: toTimestamp(last) }
}

function tooLarge(
  { wanted }: LinkSituation,
  key: Parameters<typeof tokenLength>[1],
): EmbedProblem | undefined {
  const { embed, signed, lifetime } = wanted
  const bytes = tokenLength(
    claimsOf(embed, { iat: 1_000_000_000, exp: 1_000_000_000 + lifetime }, signed),
    key,
  )
  if (bytes <= longestToken) return undefined
  const message = `The token would have ${bytes} bytes, and DataLens takes up to ${longestToken}. Sign fewer or shorter values in spec.params.`
  return { reason: 'TokenTooLarge', weight: 'stalled', message }
}

/** When a link that ends at `exp` is replaced, in seconds since the epoch. */
export function refreshAt(exp: number, { wanted, uid }: Pick<LinkSituation, 'wanted' | 'uid'>): number {
  return refreshMoment(exp, { lifetime: wanted.lifetime, refreshBefore: wanted.refreshBefore, uid })
}

/** What came of the steps of a plan. */
export interface LinkProgress {
  readonly done: readonly LinkStep[]
  /** The link that was put into the Secret. */
  readonly minted?: HeldLink | undefined
}

/** The link that is in the Secret with the wanted name, after as many steps as were done. */
export function heldAfter(
  plan: LinkPlan,
  { current }: LinkSituation,
  { done, minted }: LinkProgress,
): HeldLink | undefined {
  if (minted !== undefined) return minted
  const isWritten = plan.steps.every(step => step.kind === 'deleteSecret' || done.includes(step))
  if ((plan.kind === 'kept' || plan.kind === 'stranded') && isWritten) return plan.held
  return current?.foreign === undefined ? current?.held : undefined
}

/** The same, if it is a link as the spec wants it that lives. */
export function usableAfter(
  plan: LinkPlan,
  seen: LinkSituation,
  progress: LinkProgress,
): HeldLink | undefined {
  const held = heldAfter(plan, seen, progress)
  const { current } = seen
  const isUnchanged = current !== undefined && held === current.held
  return isUnchanged && !isUsable(current, seen) ? undefined : held
}

function own({ former }: LinkSituation): readonly LinkView[] {
  return former.filter(view => view.foreign === undefined)
}

function removals(seen: LinkSituation): readonly LinkStep[] {
  return planRemovals(own(seen).map(({ secret }) => secret))
}
