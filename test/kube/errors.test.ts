import { expect, test } from 'vitest'
import { errorOfAnswer, isObjectTooLarge } from '../../src/kube/errors.ts'

const status = (message: string, reason?: string): string =>
  JSON.stringify({ kind: 'Status', status: 'Failure', message, reason })

test.each([
  ['etcd', 500, status('etcdserver: request is too large'), true],
  [
    'etcd, by gRPC',
    500,
    status('rpc error: code = InvalidArgument desc = etcdserver: request is too large'),
    true,
  ],
  [
    'the client of etcd',
    500,
    status(
      'rpc error: code = ResourceExhausted desc = trying to send message larger than max (2097160 vs. 2097152)',
    ),
    true,
  ],
  [
    'the API server',
    413,
    status('Request entity too large: limit is 3145728', 'RequestEntityTooLarge'),
    true,
  ],
  ['a proxy', 413, '<html>413 Request Entity Too Large</html>', true],
  ['something else in etcd', 500, status('etcdserver: request timed out'), false],
  ['a policy', 422, status('metadata.annotations: Too long: may not be more than 262144 bytes'), false],
] as const)('an object that is too large for %s', (_, code, body, tooLarge) => {
  const error = errorOfAnswer(code, body, { write: true })
  expect(isObjectTooLarge(error)).toBe(tooLarge)
  if (tooLarge) expect(error).toMatchObject({ code: 'invalid', retryable: false, uncertain: false })
})
