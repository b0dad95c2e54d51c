import { namedClickHouse } from '../../../src/dev/administrator.ts'

/**
 * How many test files run at once. They wait for syncs and deadlines more than they compute, also on two processors. A
 * cluster or a ClickHouse that is given serves one at a time, which removes all that appears there meanwhile.
 */
export function workersFor(env: Readonly<Record<string, string | undefined>>): number {
  const isGiven = Boolean(env['KUBECONFIG_TEST']) || namedClickHouse(env) !== undefined
  return isGiven ? 1 : 3
}
