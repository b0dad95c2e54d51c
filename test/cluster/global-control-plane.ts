// One control plane for a whole test run, however many vitest projects name this file and however often a watch
// run repeats: projects load it separately, so what they share hangs on the process.
import type { TestProject } from 'vitest/node'
import { ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import { startControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import { givenPlanes } from './given/cluster.ts'
import { kubectlOnPath } from './given/kubectl-on-path.ts'
import { pinCluster, type GivenCluster } from './given/pinned.ts'
import { PlaneLender } from './lending/plane-lender.ts'
import { ownPlanes } from './lending/planes.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of a kubeconfig that logs in as cluster admin. */
    kubeconfig: string
    /** Path of a kubectl fit for that cluster. */
    kubectl: string
    /** Where control planes are lent. */
    planes: string
  }
}

interface Cluster {
  readonly kubeconfig: string
  readonly kubectl: string
  readonly planes: string
  readonly stop: () => Promise<void>
}

interface Shared {
  cluster: Promise<Cluster>
  users: number
}

const holder = globalThis as { lenskeeperTestCluster?: Shared | undefined }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder.lenskeeperTestCluster ??= { cluster: open(), users: 0 })
  shared.users += 1
  const { kubeconfig, kubectl, planes } = await shared.cluster
  project.provide('kubeconfig', kubeconfig)
  project.provide('kubectl', kubectl)
  project.provide('planes', planes)
  return async () => {
    shared.users -= 1
    if (shared.users > 0) return
    holder.lenskeeperTestCluster = undefined
    const cluster = await shared.cluster
    await cluster.stop()
  }
}

async function open(): Promise<Cluster> {
  const onProgress = (line: string): void => void process.stderr.write(`[control plane] ${line}\n`)
  const given = process.env.KUBECONFIG_TEST
  if (given) {
    const program = kubectlOnPath() ?? (await ensureControlPlaneBinaries({ onProgress })).kubectl
    return await openGiven({ kubeconfig: given, program })
  }
  const lender = new PlaneLender(ownPlanes)
  const planes = await lender.listen()
  const plane = await startControlPlane({ onProgress })
  const stop = async (): Promise<void> => {
    await lender.close()
    await plane.stop()
  }
  return { kubeconfig: plane.kubeconfigPath, kubectl: plane.binaries.kubectl, planes, stop }
}

async function openGiven(given: GivenCluster): Promise<Cluster> {
  const pinned = await pinCluster(given)
  try {
    const lender = new PlaneLender((await givenPlanes(pinned)) ?? ownPlanes)
    const planes = await lender.listen()
    const stop = async (): Promise<void> => {
      try {
        await lender.close()
      } finally {
        await pinned.forget()
      }
    }
    return { kubeconfig: pinned.kubeconfig, kubectl: pinned.program, planes, stop }
  } catch (error) {
    await pinned.forget()
    throw error
  }
}
