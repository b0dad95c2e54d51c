// deploy/ as an administrator applies it, and what its admission policies answer.
import { crdNames } from '../../src/api/kinds.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { kubectl, type KubectlOptions } from './cluster.ts'

/** Resolves when objects of our kinds can be made. */
export async function applyCrds(): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', deployFolder('crds')])
  await kubectl(['wait', '--for=condition=Established', 'crd', ...crdNames, '--timeout=60s'])
}

/** The CRDs, then everything else. Policies count a moment after that. */
export async function applyDeploy(): Promise<void> {
  await applyCrds()
  await kubectl(['apply', '-k', deployFolder()])
}

/**
 * What an admission policy said no with, after the preamble that names it; undefined for a yes. Any other
 * failure is thrown.
 */
export function refusal(args: readonly string[], options: KubectlOptions = {}): Promise<string | undefined> {
  return kubectl(args, options).then(
    () => undefined,
    (error: unknown) => {
      const [, said] = / denied request: ([^]*)$/.exec(String(error)) ?? []
      if (said === undefined) throw error
      return said
    },
  )
}
