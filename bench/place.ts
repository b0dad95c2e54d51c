import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEmbeddedClickHouse } from '../src/dev/clickhouse/embedded-clickhouse.ts'
import { crdNames } from '../src/api/kinds.ts'
import { startControlPlane, type ControlPlane } from '../src/dev/control-plane/control-plane.ts'
import { Supervisor } from '../src/dev/process.ts'
import { Api } from './api.ts'
import type { ClickHouseUnderBench } from './clickhouse.ts'
import { startStandIn } from './stand-in/stand-in.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

export interface PlaceOptions {
  /** Requests that the plain client may have under way. */
  readonly connections: number
  /** Runs src/ as it is, so that a profile names its files; otherwise the bundle of the image. */
  readonly fromSource: boolean
  /** How long every statement of a stand-in for ClickHouse takes, in milliseconds. Default: the embedded engine. */
  readonly standInMs?: number | undefined
  readonly onProgress: (line: string) => void
}

/** A control plane and a ClickHouse of this run's own, with deploy/ applied, and nothing else in them. */
export interface Place {
  readonly directory: string
  readonly plane: ControlPlane
  readonly clickhouse: ClickHouseUnderBench
  readonly supervisor: Supervisor
  /** Cluster admin. */
  readonly admin: Api
  /** Logged in as the operator's ServiceAccount. */
  readonly account: Api
  /** What Kubernetes mounts into a Pod: the operator's token and the API server's certificate. */
  readonly serviceAccountDir: string
  /** Arguments for Node that start the program. */
  readonly program: readonly string[]
  close(): Promise<void>
}

const serviceAccount = { namespace: 'lenskeeper-system', name: 'lenskeeper' }

export async function openPlace(options: PlaceOptions): Promise<Place> {
  const { onProgress } = options
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-bench-'))
  const supervisor = new Supervisor()
  supervisor.removeAtEnd(directory)
  const closers: (() => Promise<unknown>)[] = [() => supervisor.close()]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0)) await closer()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const plane = await startControlPlane({ onProgress })
    closers.unshift(() => plane.stop())
    const clickhouse = await startClickHouse(join(directory, 'clickhouse'), options)
    closers.unshift(() => clickhouse.stop())
    await applyDeploy(plane)
    const token = await plane.serviceAccountToken({ ...serviceAccount, expirationSeconds: 86_400 })
    const serviceAccountDir = join(directory, 'serviceaccount')
    await mkdir(serviceAccountDir)
    await writeFile(join(serviceAccountDir, 'token'), token, { mode: 0o600 })
    await writeFile(join(serviceAccountDir, 'ca.crt'), plane.caPem)
    const login = { url: plane.url, caPem: plane.caPem, connections: options.connections }
    const admin = new Api({ ...login, token: await adminToken(plane) })
    const account = new Api({ ...login, token })
    closers.unshift(
      () => admin.close(),
      () => account.close(),
    )
    const program = options.fromSource ? [join(root, 'src/main.ts')] : [await bundle(directory)]
    return { directory, plane, clickhouse, supervisor, admin, account, serviceAccountDir, program, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startClickHouse(
  directory: string,
  { standInMs }: PlaceOptions,
): Promise<ClickHouseUnderBench> {
  const admin = { username: 'operator', password: 'a-password-for-benchmarks' }
  if (standInMs !== undefined) return await startStandIn({ admin, statementMs: standInMs })
  return await startEmbeddedClickHouse({ directory, replicas: 1, admin })
}

/** The CRDs, then the rest, as an administrator would. Resolves when the kinds are served. */
async function applyDeploy(plane: ControlPlane): Promise<void> {
  const kubectl = (...args: string[]) =>
    run(plane.binaries.kubectl, ['--kubeconfig', plane.kubeconfigPath, ...args])
  await kubectl('apply', '--server-side', '-k', join(root, 'deploy/crds'))
  await kubectl('apply', '-k', join(root, 'deploy'))
  await kubectl('wait', '--for=condition=Established', 'crd', ...crdNames)
}

async function adminToken(plane: ControlPlane): Promise<string> {
  const config = JSON.parse(await readFile(plane.kubeconfigPath, 'utf8')) as {
    readonly users: readonly { readonly user: { readonly token: string } }[]
  }
  const [first] = config.users
  if (first === undefined) throw new Error('the kubeconfig of the control plane has no user')
  return first.user.token
}

async function bundle(directory: string): Promise<string> {
  const outdir = join(directory, 'dist')
  await run(process.execPath, [join(root, 'scripts/bundle.mjs'), `--outdir=${outdir}`])
  return join(outdir, 'lenskeeper.mjs')
}
