/**
 * The cluster of KUBECONFIG_TEST, lent like a control plane of our own. Whoever has it removes all that appears there
 * meanwhile, so it has to say of itself that it is for tests alone: a variable may name another one by mistake.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubeObject } from '../../../src/api/object.ts'
import { kubeconfig as kubeconfigText } from '../../../src/dev/control-plane/files.ts'
import { kubectlOf, type Kubectl } from '../../../src/dev/kubectl.ts'
import type { Plane, Planes } from '../lending/planes.ts'
import { addressIn, viewAddress } from './address.ts'

/** Of the namespace `kube-system`. */
export const aloneLabel = 'tests.lenskeeper.dev/alone'

const forever = new AbortController().signal
const account = { namespace: 'kube-system', name: 'lenskeeper-tests' }
const operator = { namespace: 'lenskeeper-system', name: 'lenskeeper' }

export interface GivenCluster {
  readonly kubeconfig: string
  /** Path of a kubectl. */
  readonly program: string
}

/** Undefined where it may not be lent. */
export async function givenPlanes(given: GivenCluster): Promise<Planes | undefined> {
  return (await isAlone(given)) ? { most: 1, open: directory => open(given, directory) } : undefined
}

async function isAlone(given: GivenCluster): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-given-'))
  try {
    const found = await kubectlFor(given, directory)(['get', 'namespace', 'kube-system', '-o', 'json'])
    const { metadata } = JSON.parse(found) as KubeObject
    return metadata.labels?.[aloneLabel] === 'true'
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** By a token, whatever way the given kubeconfig logs in, so that all that tests put in between can use it, too. */
async function open(given: GivenCluster, directory: string): Promise<Plane> {
  const kubectl = kubectlFor(given, directory)
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

function kubectlFor({ kubeconfig, program }: GivenCluster, directory: string): Kubectl {
  return kubectlOf({ program, kubeconfig, cacheDirectory: join(directory, 'kubectl-cache') }, forever)
}
