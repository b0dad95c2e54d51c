import { ClickHouseError } from '../clickhouse/errors.ts'
import { KubeError } from '../kube/errors.ts'
import type { Problem } from './problem.ts'

/** A failed step in words for the platform team. ClickHouse errors are written by us and name the remedy. */
export function explainFailure(error: unknown): Problem {
  if (error instanceof ClickHouseError) {
    const reason =
      error.code === 'accessStorageReadOnly'
        ? 'AccessStorageReadOnly'
        : error.code === 'missingPrivileges'
          ? 'MissingPrivileges'
          : error.code === 'readerMissing'
            ? 'ReaderMissing'
            : error.refused === undefined
              ? 'Progressing'
              : 'StatementsRefused'
    return { reason, message: `${error.message}.` }
  }
  if (error instanceof KubeError) {
    return error.code === 'forbidden' || error.code === 'invalid'
      ? {
          reason: 'SecretConflict',
          message: `The API server refuses the reader’s Secret: ${error.message.replace(/\.$/, '')}. Mend the right, quota or policy; it is tried again.`,
        }
      : { reason: 'Progressing', message: 'The API server did not answer as it should; it is tried again.' }
  }
  const message = 'Something failed that should not; it is tried again. The operator’s log says more.'
  return { reason: 'InternalError', message }
}
