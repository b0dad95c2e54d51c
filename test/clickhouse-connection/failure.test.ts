import { expect, test } from 'vitest'
import { ClickHouseError, fromServer } from '../../src/clickhouse/errors.ts'
import { explainFailure } from '../../src/clickhouse-connection/failure.ts'
import { KubeError } from '../../src/kube/errors.ts'

const making = {
  kind: 'createReader',
  what: 'create the user datalens',
  host: 'ch1:8123',
  write: true,
} as const

test.each<readonly [string, unknown, string, RegExp]>([
  ['a right', fromServer(497, undefined, making), 'MissingPrivileges', /cannot create the user datalens/],
  ['users in a file', fromServer(495, undefined, making), 'AccessStorageReadOnly', /defined in a file/],
  // Nothing goes on by itself where a server says no.
  ['any other answer', fromServer(36, 'BAD_ARGUMENTS', making), 'StatementsRefused', /code 36 BAD_ARGUMENTS/],
  ['no answer', new ClickHouseError('timeout', 'ch1:8123 did not answer'), 'Progressing', /did not answer/],
  ['a refused Secret', new KubeError('forbidden', 'exceeded quota'), 'SecretConflict', /quota\. Mend/],
  ['an API server that is away', new KubeError('unavailable', 'x'), 'Progressing', /tried again/],
  ['a bug', new Error('x'), 'InternalError', /operator’s log/],
])('what failed is told by what mends it: %s', (_what, error, reason, message) => {
  expect(explainFailure(error)).toEqual({ reason, message: expect.stringMatching(message) as string })
})
