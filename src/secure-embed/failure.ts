import type { AskRight } from '../kube/objects/access-review.ts'
import { explainSecretFailure } from '../published-secret/failure.ts'
import { secretVerbs, type LinkStep } from './link/steps.ts'
import type { EmbedProblem } from './problem.ts'

export type Failure = Pick<EmbedProblem, 'reason' | 'message'>

/** A failed step, in words for the embed's author. */
export async function explainFailure(
  { step, error }: { readonly step: LinkStep; readonly error: unknown },
  where: { readonly namespace: string; readonly mayI: AskRight },
  signal: AbortSignal,
): Promise<Failure> {
  const explained = await explainSecretFailure({ error, verbs: secretVerbs(step) }, where, signal)
  return explained ?? unexpected
}

const unexpected: Failure = {
  reason: 'InternalError',
  message: 'Something failed that should not; it is tried again. The operator’s log says more.',
}
