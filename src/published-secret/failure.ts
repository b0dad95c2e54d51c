import { isObjectTooLarge, KubeError } from '../kube/errors.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { SecretVerb } from './steps.ts'

/** A failed write of a Secret, in words for its owner's author. */
export interface SecretFailure {
  readonly reason: 'SecretRefused' | 'OperatorForbidden' | 'Progressing'
  readonly message: string
}

interface FailedWrite {
  readonly error: unknown
  /** What the write does to Secrets. */
  readonly verbs: readonly SecretVerb[]
}

/**
 * Says whose fault a failed write is. Mostly it is the owner's own namespace (a quota, a policy), so the API server's
 * message is told in full; it holds no values of Secrets. But a 403 may also mean that the operator lacks a right, and
 * that concerns the platform team. So the operator asks for its rights before it blames the namespace.
 *
 * @returns undefined for an error that is not about the Secret
 */
export async function explainSecretFailure(
  { error, verbs }: FailedWrite,
  where: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<SecretFailure | undefined> {
  if (error instanceof StaleView) return contested
  if (!(error instanceof KubeError)) return undefined
  if (isObjectTooLarge(error)) return tooLarge
  if (error.code === 'invalid') return refused(error)
  if (error.code !== 'forbidden') return unanswered
  const missing = await missingRight(verbs, where, signal)
  if (missing === 'unknown') return unanswered
  if (missing === undefined) return refused(error)
  const message = `The operator’s account has no right to ${missing} Secrets in this namespace. The platform team gives it that right.`
  return { reason: 'OperatorForbidden', message }
}

const contested: SecretFailure = {
  reason: 'SecretRefused',
  message:
    'Somebody changes the Secret faster than it can be read and written. Find out who, and have it stopped.',
}

/** What is ours has a few kilobytes, so it is others' that fills it. */
const tooLarge: SecretFailure = {
  reason: 'SecretRefused',
  message:
    'The Secret is too large to be stored, with what others put into it. Remove from it what is not Lenskeeper’s.',
}

const unanswered: SecretFailure = {
  reason: 'Progressing',
  message: 'The API server did not answer as it should; it is tried again.',
}

function refused({ message }: KubeError): SecretFailure {
  return { reason: 'SecretRefused', message: `The API server refuses the Secret: ${message}` }
}

/** Undefined also if the account may not ask. Otherwise somebody could stop a rollout from a namespace of their own. */
async function missingRight(
  verbs: readonly SecretVerb[],
  { namespace, mayI }: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<SecretVerb | 'unknown' | undefined> {
  try {
    for (const verb of verbs) {
      if (!(await mayI({ namespace, verb, group: '', resource: 'secrets' }, signal))) return verb
    }
    return undefined
  } catch (error) {
    return error instanceof KubeError && error.code === 'forbidden' ? undefined : 'unknown'
  }
}
