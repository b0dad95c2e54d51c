import type { ConnectorTenantReason } from '../api/reasons.ts'
import { ClickHouseError } from '../clickhouse/errors.ts'
import { KubeError } from '../kube/errors.ts'

/** A failed step, in words for the tenant's author. */
export interface Failure {
  readonly reason: ConnectorTenantReason
  readonly message: string
}

/**
 * What a failed step means to the tenant. ClickHouse's errors are for the platform team, on the connection:
 * here they say only that it is not ready. The API server's refusals of the Secret concern the tenant's own
 * namespace, so they are told in full; the server's messages hold no values of Secrets.
 */
export function explainFailure(error: unknown): Failure {
  if (error instanceof ClickHouseError) {
    return {
      reason: 'ConnectionNotReady',
      message: 'ClickHouse did not carry out a statement; it is tried again. The platform team sees why.',
    }
  }
  if (error instanceof KubeError) {
    return error.code === 'forbidden' || error.code === 'invalid'
      ? { reason: 'SecretRefused', message: `The API server refuses the Secret: ${error.message}` }
      : { reason: 'Progressing', message: 'The API server did not answer as it should; it is tried again.' }
  }
  return {
    reason: 'InternalError',
    message: 'Something failed that should not; it is tried again. The operator’s log says more.',
  }
}
