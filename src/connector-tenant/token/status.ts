/** What the status says of the token. Pure. */
import type { ConnectorTenantStatus } from '../../api/connector-tenant.ts'
import { conflictMessage } from '../../published-secret/plan.ts'
import { formatPair } from '../../tenancy/pair.ts'
import { notYet, type Progress, type TenantCondition } from '../progress.ts'
import { holdsToken } from './holdings.ts'
import type { TokenObserved } from './observed.ts'
import type { TokenPlan } from './plan.ts'
import type { SealedToken } from './secret.ts'
import type { TokenStep } from './steps.ts'

/** What a mint of this run put into the Secret. */
export type Minted = Pick<SealedToken, 'pair' | 'mintedAt'>

/** Undefined while nothing is known of a token. What the status said of it then stays. */
export function tokenStatus(
  secretName: string,
  plan: TokenPlan,
  progress: Progress & { readonly minted?: Minted },
): ConnectorTenantStatus['token'] {
  const isPublished = plan.kind === 'published' && isWritten(plan.steps, progress)
  const holds = progress.minted ?? (isPublished ? plan.holds : undefined)
  if (holds === undefined) return undefined
  return { pair: formatPair(holds.pair), secretName, mintedAt: holds.mintedAt }
}

/**
 * It says nothing of a rollout, which the PartnerKey tells. Otherwise ten thousand statuses would be written at each
 * of its phases.
 */
export function tokenCondition(plan: TokenPlan, progress: Progress): TenantCondition<'TokenPublished'> {
  const type = 'TokenPublished'
  if (plan.kind === 'conflict') {
    return { type, status: 'False', reason: 'SecretConflict', message: conflictMessage(plan) }
  }
  if (plan.kind === 'waiting') {
    return { type, status: 'False', reason: 'AwaitingKey', message: plan.message }
  }
  if (isWritten(plan.steps, progress)) {
    return { type, status: 'True', reason: 'TokenPublished', message: 'The Secret holds a valid token.' }
  }
  if (plan.kind === 'mint' && plan.rotates) {
    const message = 'The Secret holds a valid token of the former pair, and none of the new one yet.'
    return { type, status: 'True', reason: 'TokenPublished', message }
  }
  return notYet(type, progress, 'The token is being made.')
}

/** Of a tenant for whom nothing is made at the moment. What is there is there all the same. */
export function refusedToken(seen: TokenObserved): TenantCondition<'TokenPublished'> {
  const type = 'TokenPublished'
  if (holdsToken(seen))
    return { type, status: 'True', reason: 'TokenPublished', message: 'The Secret holds a valid token.' }
  const { secret } = seen
  const isThere = secret?.foreign === undefined && secret?.holds !== undefined
  if (isThere && secret.seal === 'unknown') {
    const message = 'The Secret holds a token that cannot be judged at the moment: Ready says why.'
    return { type, status: 'Unknown', reason: 'Blocked', message }
  }
  return {
    type,
    status: 'False',
    reason: 'Blocked',
    message: 'The Secret holds no valid token: Ready says why.',
  }
}

/** Whether the Secret with the wanted name is written. One with a former name may still exist. */
function isWritten(steps: readonly TokenStep[], { done }: Progress): boolean {
  return steps.every(step => step.kind === 'deleteSecret' || done.includes(step))
}
