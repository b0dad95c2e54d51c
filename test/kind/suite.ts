/** The suite, on a cluster and a ClickHouse that it did not start. */
import { aloneLabel } from '../cluster/given/cluster.ts'
import { administrator, leaveToTests } from './clickhouse.ts'
import type { ClusterFiles } from './cluster.ts'
import type { Programs } from './programs.ts'

/**
 * The files and folders of `test/integration` that take any: they neither stop an API server nor look into the embedded
 * engine, and make the same users on no two replicas.
 */
export const suite: readonly string[] = [
  'crds',
  'deploy',
  'clickhouse-contract',
  'main-path.test.ts',
  'fewer-rights.test.ts',
  'rotation',
  'embed',
  'ownership/hijack.test.ts',
  'connection/load-balancer.test.ts',
]

export interface SuiteOptions extends ClusterFiles {
  readonly password: string
  readonly tests: readonly string[]
}

/** Throws where a test fails. */
export async function runSuite(
  programs: Pick<Programs, 'kubectl' | 'node'>,
  { kubeconfig, ports, password, tests }: SuiteOptions,
): Promise<void> {
  await programs.kubectl(['label', '--overwrite', 'namespace', 'kube-system', `${aloneLabel}=true`])
  await leaveToTests(programs)
  const files = tests.map(test => `test/integration/${test}`)
  await programs.node(['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...files], {
    env: {
      KUBECONFIG_TEST: kubeconfig,
      CLICKHOUSE_URL: ports.map(port => `http://127.0.0.1:${port}`).join(','),
      CLICKHOUSE_USER: administrator,
      CLICKHOUSE_PASSWORD: password,
    },
  })
}
