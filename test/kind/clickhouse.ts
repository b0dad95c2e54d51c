/** A real ClickHouse in the cluster: two replicas, with Keeper. */
import { join } from 'node:path'
import { aloneDatabase } from '../cluster/given/clickhouse.ts'
import type { Programs } from './programs.ts'

export const manifests = join(import.meta.dirname, 'manifests')

export const administrator = 'admin'

/** As Pods reach the replicas. */
export const endpoints = [0, 1].map(at => `http://clickhouse-${at}.clickhouse.clickhouse.svc:8123`)

/** The ports of each node that lead to the replicas. */
export const nodePorts = [30_123, 30_124]

type Kubectl = Pick<Programs, 'kubectl'>

/** With nothing in it, whatever was there before. */
export async function freshClickHouse({ kubectl }: Kubectl, password: string): Promise<void> {
  await kubectl(['delete', 'namespace', 'clickhouse', '--ignore-not-found', '--timeout=180s'])
  await kubectl(['create', 'namespace', 'clickhouse'])
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'administrator', namespace: 'clickhouse' },
    stringData: { password },
  }
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(secret) })
  await kubectl(['apply', '--server-side', '-k', manifests])
  for (const name of ['keeper', 'clickhouse'])
    await kubectl(['rollout', 'status', `statefulset/${name}`, '-n', 'clickhouse', '--timeout=600s'])
}

/** From now on a world removes what it finds there beyond what is there now. */
export async function leaveToTests(programs: Kubectl): Promise<void> {
  for (const replica of endpoints.keys())
    await sql(programs, replica, `CREATE DATABASE IF NOT EXISTS ${aloneDatabase}`)
}

/** What a replica says, as its administrator hears it: tab-separated. */
export async function sql({ kubectl }: Kubectl, replica: number, query: string): Promise<string> {
  const script = `clickhouse-client --user ${administrator} --password "$ADMIN_PASSWORD" --query "$1"`
  const pod = ['exec', '-n', 'clickhouse', `clickhouse-${replica}`]
  return (await kubectl([...pod, '--', 'sh', '-c', script, 'sh', query])).trim()
}
