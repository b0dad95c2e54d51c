import type { ConnectorTenantReason } from '../api/reasons.ts'
import { ClickHouseError } from '../clickhouse/errors.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import { KubeError } from '../kube/errors.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Step } from './steps.ts'

/** A failed step, in words for the tenant's author. */
export interface Failure {
  readonly reason: ConnectorTenantReason
  readonly message: string
}

export interface FailedStep {
  readonly step: Step
  readonly error: unknown
}

/**
 * What a failed step means to the tenant. ClickHouse's errors are for the platform team, on the connection:
 * here they say only that it is not ready. The API server's refusals of the Secret concern the tenant's own
 * namespace, so they are told in full; the server's messages hold no values of Secrets.
 *
 * A rollout counts a fault of the namespace as its own and one of the operator against the rollout, so a 403 is
 * not taken for the namespace's before the operator has asked whether it may write there at all.
 */
export async function explainFailure(
  { step, error }: FailedStep,
  where: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<Failure> {
  if (error instanceof ClickHouseError) {
    return {
      reason: 'ConnectionNotReady',
      message: 'ClickHouse did not carry out a statement; it is tried again. The platform team sees why.',
    }
  }
  if (error instanceof StaleView) {
    const message =
      'Somebody changes the Secret faster than it can be read and written. Find out who, and have it stopped.'
    return { reason: 'SecretRefused', message }
  }
  if (!(error instanceof KubeError)) {
    return {
      reason: 'InternalError',
      message: 'Something failed that should not; it is tried again. The operator’s log says more.',
    }
  }
  if (error.code === 'invalid') return refused(error)
  if (error.code !== 'forbidden') return unanswered
  const missing = await missingRight(step, where, signal)
  if (missing === 'unknown') return unanswered
  if (missing === undefined) return refused(error)
  const message = `The operator’s account has no right to ${missing} Secrets in this namespace. The platform team gives it that right.`
  return { reason: 'OperatorForbidden', message }
}

const unanswered: Failure = {
  reason: 'Progressing',
  message: 'The API server did not answer as it should; it is tried again.',
}

function refused({ message }: KubeError): Failure {
  return { reason: 'SecretRefused', message: `The API server refuses the Secret: ${message}` }
}

/** Undefined also where the account may not ask: nobody may stop a rollout from a namespace of their own. */
async function missingRight(
  step: Step,
  { namespace, mayI }: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    for (const verb of verbsOf(step)) {
      if (!(await mayI({ namespace, verb, group: '', resource: 'secrets' }, signal))) return verb
    }
    return undefined
  } catch (error) {
    return error instanceof KubeError && error.code === 'forbidden' ? undefined : 'unknown'
  }
}

/** What a step does to Secrets. */
export function verbsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'createSecret':
      return ['create']
    case 'mintToken':
    case 'repairSecret':
      if (step.over === undefined) return ['create']
      return step.over.immutable === true ? ['delete', 'create'] : ['update']
    case 'deleteSecret':
      return ['delete']
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
