/** A cluster of three nodes, with a port of this machine for each replica of ClickHouse. */
import { nodePorts } from './clickhouse.ts'
import type { Programs } from './programs.ts'

export const clusterName = 'lenskeeper-tests'

/** Built here, and in no registry. */
export const image = { repository: 'lenskeeper', tag: 'kind' } as const

export interface ClusterFiles {
  /** Path of the kubeconfig that is written. */
  readonly kubeconfig: string
  /** Ports of 127.0.0.1, one a replica. */
  readonly ports: readonly number[]
}

/** As kind takes it. */
export function clusterConfig(ports: readonly number[]): string {
  const extraPortMappings = ports.map((hostPort, at) => ({
    containerPort: nodePorts[at],
    hostPort,
    listenAddress: '127.0.0.1',
  }))
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane', extraPortMappings }, { role: 'worker' }, { role: 'worker' }],
  })
}

type Kind = Pick<Programs, 'kind'>

/** One that another run left, or has. */
export async function isThere({ kind }: Kind): Promise<boolean> {
  return (await kind(['get', 'clusters'])).split('\n').includes(clusterName)
}

/** Some of it may be left where it fails. */
export async function createCluster({ kind }: Kind, { kubeconfig, ports }: ClusterFiles): Promise<void> {
  const flags = ['--name', clusterName, '--kubeconfig', kubeconfig, '--wait', '180s']
  await kind(['create', 'cluster', ...flags, '--config', '-'], { input: clusterConfig(ports) })
}

export async function deleteCluster({ kind }: Kind, kubeconfig: string): Promise<void> {
  await kind(['delete', 'cluster', '--name', clusterName, '--kubeconfig', kubeconfig])
}
