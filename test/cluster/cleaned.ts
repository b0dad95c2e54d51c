/** Puts a control plane back to what it was with nothing but deploy/ on it. */
import { applyDeploy } from '../../src/dev/apply-deploy.ts'
import type { Kubectl } from '../../src/dev/kubectl.ts'

/** Names by kind, of what is there without any test. */
export type Inventory = ReadonlyMap<string, ReadonlySet<string>>

/** Of the cluster; tests make these too. */
const clusterKinds = [
  'namespaces',
  'clusterroles',
  'clusterrolebindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]

export async function inventoryOf(kubectl: Kubectl): Promise<Inventory> {
  const found = new Map<string, ReadonlySet<string>>()
  for (const kind of clusterKinds) found.set(kind, new Set(await namesOf(kubectl, kind)))
  return found
}

export async function cleaned(kubectl: Kubectl, inventory: Inventory): Promise<void> {
  const [added = [], ...others] = await Promise.all(
    clusterKinds.map(async kind => {
      const names = await namesOf(kubectl, kind)
      return names.filter(name => inventory.get(kind)?.has(name) !== true)
    }),
  )
  // The admission policies ask nobody where a whole namespace goes.
  if (added.length > 0)
    await kubectl(['delete', 'namespaces', ...added, '--ignore-not-found', '--timeout=120s'])
  for (const [at, names] of others.entries())
    if (names.length > 0) await kubectl(['delete', clusterKinds[at + 1] ?? '', ...names])
  await applyDeploy(kubectl)
}

async function namesOf(kubectl: Kubectl, kind: string): Promise<readonly string[]> {
  const names = await kubectl(['get', kind, '-o', 'name'])
  return names
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.slice(line.indexOf('/') + 1))
}
