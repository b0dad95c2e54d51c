import { ClickHouseError } from '../clickhouse/errors.ts'
import { refusalOf } from '../clickhouse/refused-statements.ts'
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
 * A failed step, in words for the tenant's author. The platform team finds ClickHouse's errors on the connection; here
 * they only mean that the connection is not ready, or refuses.
 *
 * A rollout skips a tenant for a fault of its own namespace, and counts any other fault against the new key. So the two
 * are told apart with care.
 */
export async function explainFailure(
  { step, error }: FailedStep,
  where: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<Failure> {
  if (error instanceof ClickHouseError)
    return refusalOf(error) === undefined ? notCarriedOut : statementRefused
  const explained = await explainSecretFailure({ error, verbs: verbsOf(step) }, where, signal)
  return explained ?? unexpected
}

const notCarriedOut: Failure = {
  reason: 'ConnectionNotReady',
  message: 'ClickHouse did not carry out a statement; it is tried again. The platform team sees why.',
}

const statementRefused: Failure = {
  reason: 'StatementRefused',
  message:
    'ClickHouse refuses a statement that this tenant needs; it is tried again. The platform team sees which and why, on the connection.',
}

const unexpected: Failure = {
  reason: 'InternalError',
  message: 'Something failed that should not; it is tried again. The operator’s log says more.',
}

/** The rights on Secrets that a step takes. */
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
