/**
 * The cluster of KUBECONFIG_TEST, lent like a control plane of our own. Whoever has it removes all that appears there
 * meanwhile, so it has to say of itself that it is for tests alone: a variable may name another one by mistake.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeObject } from '../../../src/api/object.ts'
import { kubeconfig as kubeconfigText } from '../../../src/dev/control-plane/files.ts'
import type { Kubectl } from '../../../src/dev/kubectl.ts'
import type { Plane, Planes } from '../lending/planes.ts'
import { addressIn, viewAddress } from './address.ts'
import { kubectlFor, type GivenCluster } from './pinned.ts'

/** Of the namespace `kube-system`. */
export const aloneLabel = 'tests.lenskeeper.dev/alone'

const account = { namespace: 'kube-system', name: 'lenskeeper-tests' }
const operator = { namespace: 'lenskeeper-system', name: 'lenskeeper' }

/**
 * Undefined where it may not be lent.
 *
 * @param given by a kubeconfig that nobody else changes, as `pinCluster` makes it
 */
export async function givenPlanes(given: GivenCluster): Promise<Planes | undefined> {
  const isLent = await isAlone(kubectlFor(given))
  return isLent ? { most: 1, open: directory => open(given, directory) } : undefined
}

async function isAlone(kubectl: Kubectl): Promise<boolean> {
  const { metadata } = JSON.parse(
    await kubectl(['get', 'namespace', 'kube-system', '-o', 'json']),
  ) as KubeObject
  return metadata.labels?.[aloneLabel] === 'true'
}

/** By a token, whatever way the given kubeconfig logs in, so that all that tests put in between can use it, too. */
async function open(given: GivenCluster, directory: string): Promise<Plane> {
  const kubectl = kubectlFor(given)
  // The first who borrows it may come long after the run has begun.
  if (!(await isAlone(kubectl)))
    throw new Error(
      `the cluster of KUBECONFIG_TEST says no more that it is for tests alone: its namespace kube-system lacks ${aloneLabel}=true`,
    )
  const { url, caPem } = addressIn(await kubectl(viewAddress))
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: administrator() })
  const { namespace, name } = account
  const said = await kubectl(['create', 'token', name, '-n', namespace, '--duration=24h'])
  const adminToken = said.trim()
  const kubeconfigPath = join(directory, 'kubeconfig')
  await writeFile(kubeconfigPath, kubeconfigText({ url, caPem, token: adminToken }), { mode: 0o600 })
  return {
    kubeconfigPath,
    url,
    caPem,
    adminToken,
    kubectl: given.program,
    quiet: () => stopOperators(kubectl),
    async stop() {
      await kubectl(['delete', '-f', '-', '--ignore-not-found'], { input: administrator() })
    },
  }
}

function administrator(): string {
  const { namespace, name } = account
  const rbac = 'rbac.authorization.k8s.io'
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Those of deploy/, which would do what a test expects of its own. */
async function stopOperators(kubectl: Kubectl): Promise<void> {
  const { namespace, name } = operator
  await kubectl(['scale', `deployment/${name}`, '-n', namespace, '--replicas=0'])
  const pods = ['pods', '-l', `app.kubernetes.io/name=${name}`, '-n', namespace]
  await kubectl(['wait', '--for=delete', ...pods, '--timeout=120s'])
}
