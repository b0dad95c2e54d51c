import { ClickHouseError } from '../clickhouse/errors.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import { explainSecretFailure } from '../published-secret/failure.ts'
import type { SecretVerb } from '../published-secret/steps.ts'
import type { Refusal } from './refusal.ts'
import type { Step } from './steps.ts'
import { secretVerbs } from './token/steps.ts'

type Failure = Pick<Refusal, 'reason' | 'message'>

interface FailedStep {
  readonly step: Step
  readonly error: unknown
}

/**
 * A failed step, in words for the tenant's author. ClickHouse's errors are for the platform team, on the connection:
 * here they say only that it is not ready.
 *
 * A rollout counts a fault of the namespace as its own and one of the operator against the rollout, so the two are
 * told apart with care.
 */
export async function explainFailure(
  { step, error }: FailedStep,
  where: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<Failure> {
  if (error instanceof ClickHouseError) return notCarriedOut
  const explained = await explainSecretFailure({ error, verbs: verbsOf(step) }, where, signal)
  return explained ?? unexpected
}

const notCarriedOut: Failure = {
  reason: 'ConnectionNotReady',
  message: 'ClickHouse did not carry out a statement; it is tried again. The platform team sees why.',
}

const unexpected: Failure = {
  reason: 'InternalError',
  message: 'Something failed that should not; it is tried again. The operator’s log says more.',
}

/** What a step does to Secrets. */
export function verbsOf(step: Step): readonly SecretVerb[] {
  switch (step.kind) {
    case 'mintToken':
    case 'createSecret':
    case 'repairSecret':
    case 'deleteSecret':
      return secretVerbs(step)
    case 'createDatabase':
    case 'writeMark':
    case 'proveDatabase':
    case 'grantRead':
    case 'revokeRead':
      return []
    default:
      return step satisfies never
  }
}
