import { crdNames } from '../api/kinds.ts'
import { deployFolder } from './environment-files.ts'
import type { Kubectl } from './kubectl.ts'

/** Applies what a cluster's administrator applies, and waits until the custom resources are served. */
export async function applyDeploy(kubectl: Kubectl): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts', '-k']
  await kubectl([...apply, deployFolder('crds')])
  const established = crdNames.map(name => `crd/${name}`)
  await settleBoth(
    kubectl([...apply, deployFolder()]),
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...established]),
  )
}

/** Waits for both, also when one fails. So nothing is under way any more when the rest is stopped. */
export async function settleBoth(first: Promise<unknown>, second: Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled([first, second])
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
