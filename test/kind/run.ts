/** What `npm run kind` does where there is a container engine. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import { freePort } from '../../src/dev/free-port.ts'
import { kubectlOnPath } from '../cluster/given/kubectl-on-path.ts'
import { goTool } from '../delivery/go-tool.ts'
import { root } from '../deploy/manifests.ts'
import { endpoints } from './clickhouse.ts'
import { playCourse } from './course.ts'
import { runOf, type Programs } from './programs.ts'
import { suite } from './suite.ts'

export interface RunOptions {
  /** Leaves the cluster, for a person to look at. */
  readonly keep: boolean
  /** Files and folders of `test/integration`; none for all that take any cluster. */
  readonly tests: readonly string[]
  readonly say: (line: string) => void
}

interface Place extends Pick<RunOptions, 'say'> {
  readonly folder: string
  readonly kubeconfig: string
  readonly signal: AbortSignal
}

/** kind, Helm and, where there is none, kubectl are built on first use: minutes, once. */
async function programsFor({ folder, kubeconfig, say, signal }: Place): Promise<Programs> {
  const [kind, helm] = [await goTool('kind'), await goTool('helm')]
  const kubectl = kubectlOnPath() ?? (await ensureControlPlaneBinaries({ onProgress: say })).kubectl
  // What kubectl remembers of servers goes by address, and another one may have had this port.
  const env = { KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'kubectl-cache') }
  const ownHelm = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder }
  return {
    docker: runOf('docker', { cwd: root, signal }),
    kind: runOf(kind, { signal }),
    helm: runOf(helm, { env: { ...env, ...ownHelm }, signal }),
    kubectl: runOf(kubectl, { env, signal }),
    node: runOf(process.execPath, { cwd: root, shown: true, signal }),
  }
}

/** Throws what fails first. */
export async function run({ keep, tests, say }: RunOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-kind-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  try {
    const ports: number[] = []
    for (const _ of endpoints) ports.push(await freePort())
    await playCourse(await programsFor({ folder, kubeconfig, say, signal: stopping.signal }), {
      kubeconfig,
      ports,
      password: randomBytes(18).toString('base64url'),
      dataLensKey: publicKey(),
      tests: tests.length > 0 ? tests : suite,
      keep,
      onStep: step => say(`\n== ${step}`),
      atEnd: { kind: runOf(await goTool('kind')) },
    })
    say('\nkind: passed')
  } finally {
    if (keep && existsSync(kubeconfig)) say(`\nThe cluster stays: KUBECONFIG=${kubeconfig}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

/** Of nobody: what is sealed for it is opened by no test. */
function publicKey(): string {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
