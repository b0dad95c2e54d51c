/** From the checkout to a suite that has passed, step by step. */
import { freshClickHouse } from './clickhouse.ts'
import { clusterName, createCluster, deleteCluster, image, isThere } from './cluster.ts'
import { playInstallation } from './installation.ts'
import type { Programs } from './programs.ts'
import { runSuite, type SuiteOptions } from './suite.ts'

export interface CourseOptions extends SuiteOptions {
  /** Leaves the cluster, for a person to look at. */
  readonly keep: boolean
  /** DataLens’s, PEM. */
  readonly dataLensKey: string
  readonly onStep: (step: string) => void
  /** `programs` may have been ended; these run all the same. */
  readonly atEnd: Pick<Programs, 'kind'>
}

/** Throws what fails first. The cluster goes whatever way it ends. */
export async function playCourse(programs: Programs, options: CourseOptions): Promise<void> {
  const { kubeconfig, password, keep, onStep, atEnd } = options
  const name = `${image.repository}:${image.tag}`
  await refuseOthers(programs)
  onStep('the image')
  await programs.docker(['build', '--tag', name, '.'])
  onStep('a cluster of three nodes')
  // Another run may have made its own while the image was built. That one is not removed below.
  await refuseOthers(programs)
  try {
    await createCluster(programs, options)
    await programs.kind(['load', 'docker-image', name, '--name', clusterName])
    onStep('ClickHouse, two replicas and Keeper')
    await freshClickHouse(programs, password)
    onStep('the chart, and a tenant')
    await playInstallation(programs, options)
    onStep('a fresh ClickHouse, and the suite')
    await freshClickHouse(programs, password)
    await runSuite(programs, options)
  } finally {
    if (!keep) await deleteCluster(atEnd, kubeconfig)
  }
}

async function refuseOthers(programs: Programs): Promise<void> {
  if (!(await isThere(programs))) return
  const removal = `kind delete cluster --name ${clusterName}`
  throw new Error(`the cluster ${clusterName} is there already: unless another run has it, ${removal}`)
}
