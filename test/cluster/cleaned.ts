/** Puts a control plane back to what it was with nothing but deploy/ on it. */
import { kinds } from '../../src/api/kinds.ts'
import { applyDeploy } from '../../src/dev/apply-deploy.ts'
import type { Kubectl } from '../../src/dev/kubectl.ts'

export interface Inventory {
  /** Names by kind. */
  readonly cluster: ReadonlyMap<string, ReadonlySet<string>>
  /** `kind/namespace/name` */
  readonly namespaced: ReadonlySet<string>
}

/** Of the cluster; tests make these too. */
const clusterKinds = [
  'namespaces',
  'clusterroles',
  'clusterrolebindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]

/** Tests leave these also in namespaces that stay, such as `default`. */
const namespacedKinds = [
  ...kinds.map(({ plural, group }) => `${plural}.${group}`),
  'secrets',
  'serviceaccounts',
  'roles',
  'rolebindings',
  'resourcequotas',
]

/** Of what is there without any test. */
export async function inventoryOf(kubectl: Kubectl): Promise<Inventory> {
  const cluster = new Map<string, ReadonlySet<string>>()
  for (const kind of clusterKinds) cluster.set(kind, new Set(await namesOf(kubectl, kind)))
  return { cluster, namespaced: new Set(await namespacedIn(kubectl)) }
}

export async function cleaned(kubectl: Kubectl, { cluster, namespaced }: Inventory): Promise<void> {
  const added = await Promise.all(
    clusterKinds.map(async kind => {
      const names = await namesOf(kubectl, kind)
      return { kind, names: names.filter(name => cluster.get(kind)?.has(name) !== true) }
    }),
  )
  // Namespaces come first. The admission policies ask nobody where a whole namespace goes.
  for (const { kind, names } of added)
    if (names.length > 0) await kubectl(['delete', kind, ...names, '--ignore-not-found', '--timeout=120s'])
  for (const object of await namespacedIn(kubectl)) {
    const [kind = '', namespace = '', name = ''] = object.split('/')
    if (!namespaced.has(object)) await kubectl(['delete', kind, name, '-n', namespace])
  }
  await applyDeploy(kubectl)
}

async function namespacedIn(kubectl: Kubectl): Promise<readonly string[]> {
  const line = '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\\n"}{end}'
  const objects = await kubectl(['get', namespacedKinds.join(), '-A', '-o', `jsonpath=${line}`])
  return objects.split('\n').filter(object => object !== '')
}

async function namesOf(kubectl: Kubectl, kind: string): Promise<readonly string[]> {
  const names = await kubectl(['get', kind, '-o', 'name'])
  return names
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.slice(line.indexOf('/') + 1))
}
