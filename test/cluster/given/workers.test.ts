import { expect, test } from 'vitest'
import { workersFor } from './workers.ts'

test.each([
  ['nothing', {}, 3],
  ['nothing, by empty words', { KUBECONFIG_TEST: '', CLICKHOUSE_URL: ' ,' }, 3],
  ['a login for no server', { CLICKHOUSE_USER: 'admin', CLICKHOUSE_PASSWORD: 'p' }, 3],
  ['a cluster', { KUBECONFIG_TEST: '/kubeconfig' }, 1],
  ['a ClickHouse', { CLICKHOUSE_URL: 'http://127.0.0.1:1,http://127.0.0.1:2' }, 1],
  ['both', { KUBECONFIG_TEST: '/kubeconfig', CLICKHOUSE_URL: 'http://127.0.0.1:1' }, 1],
])('where %s is given', (_, env, workers) => {
  expect(workersFor(env)).toBe(workers)
})
