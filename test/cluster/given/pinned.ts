/**
 * The context that a kubeconfig has now, in a file of our own: somebody may switch theirs while tests run, and these would go
 * on in another cluster.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { kubectlOf, type Kubectl } from '../../../src/dev/kubectl.ts'
import { viewAddress } from './address.ts'

const forever = new AbortController().signal

export interface GivenCluster {
  readonly kubeconfig: string
  /** Path of a kubectl. */
  readonly program: string
}

export interface PinnedCluster extends GivenCluster {
  /** Removes the file. */
  forget(): Promise<void>
}

export async function pinCluster({ kubeconfig, program }: GivenCluster): Promise<PinnedCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-given-'))
  const forget = (): Promise<void> => rm(directory, { recursive: true, force: true })
  const pinned = join(directory, 'kubeconfig')
  const kubectl = kubectlOf({ program, kubeconfig, cacheDirectory: cacheBeside(pinned) }, forever)
  try {
    await writeFile(pinned, await kubectl(viewAddress), { mode: 0o600 })
    return { kubeconfig: pinned, program, forget }
  } catch (error) {
    await forget()
    throw error
  }
}

export function kubectlFor({ kubeconfig, program }: GivenCluster): Kubectl {
  return kubectlOf({ program, kubeconfig, cacheDirectory: cacheBeside(kubeconfig) }, forever)
}

/**
 * What kubectl remembers of a server. The user's own cache goes by address, and may have what another server said that had
 * this port an hour ago.
 */
export function cacheBeside(kubeconfig: string): string {
  return join(dirname(kubeconfig), 'kubectl-cache')
}
