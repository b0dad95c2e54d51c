import { KubeError } from '../kube/errors.ts'
import type { Failure } from './problem.ts'

/** A failed step, in words for whoever runs the PartnerKey. The API server's messages hold no values of Secrets. */
export function explainFailure(error: unknown): Failure {
  if (!(error instanceof KubeError)) {
    const message = 'Something failed that should not; it is tried again. The operator’s log says more.'
    return { reason: 'InternalError', message }
  }
  const refused = error.code === 'forbidden' || error.code === 'invalid' || error.code === 'notFound'
  if (!refused) {
    const message = 'The API server did not answer as it should; it is tried again.'
    return { reason: 'Progressing', message }
  }
  const message = `The API server refuses a Secret or ConfigMap that the key needs: ${error.message.replace(/\.$/, '')}. Mend the right, quota or policy; it is tried again.`
  return { reason: 'WriteRefused', message }
}
