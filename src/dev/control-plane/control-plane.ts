import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { Supervisor, type SupervisedProcess } from '../process.ts'
import { requestApi, type ApiAccess } from './api-request.ts'
import { ensureControlPlaneBinaries, type ControlPlaneBinaries } from './binaries.ts'
import { ControlPlaneError } from './errors.ts'
import { tryLock } from './file-lock.ts'
import { kubeconfig, prepareFiles, type ControlPlaneFiles } from './files.ts'
import { apiserverFlags, controllerManagerFlags, etcdFlags } from './flags.ts'
import { choosePorts, type Ports } from './ports.ts'
import { untilReady } from './readiness.ts'

export interface ControlPlaneOptions {
  /** Keeps all of its state; started again on the same one it has its data. Without one: a temporary folder. */
  readonly directory?: string
  /** Hears what is being waited for, where that takes longer than a few seconds. */
  readonly onProgress?: (line: string) => void
  /** By default those of `ensureControlPlaneBinaries`. */
  readonly binaries?: ControlPlaneBinaries
  /** For each wait for the API server. Default 120,000. */
  readonly readyWithinMs?: number
  readonly signal?: AbortSignal
}

const startAttempts = 3

/**
 * Starts etcd, kube-apiserver and the garbage collector and namespace controller of Kubernetes on free ports of
 * 127.0.0.1. Resolves when the API server is ready. Everything ends with this process, however it ends; a
 * temporary folder is removed too.
 * @throws {ControlPlaneError}
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { onProgress, signal = new AbortController().signal, readyWithinMs = 120_000 } = options
  const binaries =
    options.binaries ?? (await ensureControlPlaneBinaries({ signal, ...(onProgress && { onProgress }) }))
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'lenskeeper-control-plane-')))
  const unlock = await holdDirectory(directory)
  try {
    for (let attempt = 1; ; attempt++) {
      const supervisor = new Supervisor()
      if (!options.directory) supervisor.removeAtEnd(directory)
      const files = await prepareFiles(directory)
      const ports = await choosePorts(files.ports, { fresh: attempt > 1 })
      const plane = new ControlPlane({ binaries, directory, files, ports, supervisor, unlock, readyWithinMs })
      const failure = await plane.start(signal).catch((error: unknown) => ({ error }))
      if (!failure) return plane
      await supervisor.close()
      // A program that ends at once has most likely lost its port to somebody between its choice and its use.
      const again = failure.error instanceof ControlPlaneError && failure.error.code === 'startFailed'
      if (!again || attempt === startAttempts) throw failure.error
    }
  } catch (error) {
    unlock()
    throw error
  }
}

async function holdDirectory(directory: string): Promise<() => void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unlock = tryLock(join(directory, 'lock'))
  if (unlock) return unlock
  throw new ControlPlaneError('directoryInUse', `another control plane is running on ${directory}`)
}

interface Parts {
  readonly binaries: ControlPlaneBinaries
  readonly directory: string
  readonly files: ControlPlaneFiles
  readonly ports: Ports
  readonly supervisor: Supervisor
  readonly unlock: () => void
  readonly readyWithinMs: number
}

/** A running control plane; `startControlPlane` makes one. */
export class ControlPlane {
  readonly binaries: ControlPlaneBinaries
  readonly directory: string
  readonly url: string
  /** Logs in as a member of `system:masters`. */
  readonly kubeconfigPath: string
  readonly #parts: Parts
  readonly #clock: Clock = systemClock
  #etcd: SupervisedProcess | undefined
  #apiServer: SupervisedProcess | undefined
  #controllerManager: SupervisedProcess | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.binaries = parts.binaries
    this.directory = parts.directory
    this.url = `https://127.0.0.1:${parts.ports.apiserver}`
    this.kubeconfigPath = parts.files.kubeconfig
  }

  /** Certificates to trust, PEM. */
  get caPem(): string {
    return readFileSync(this.#parts.files.servingCertificate, 'utf8')
  }

  /** The processes that run now. */
  get processIds(): readonly number[] {
    const all = [this.#etcd, this.#apiServer, this.#controllerManager]
    return all.flatMap(one => (one && !one.exit ? [one.pid] : []))
  }

  async start(signal: AbortSignal): Promise<void> {
    const { files } = this.#parts
    await this.#startEtcd()
    await this.startApiServer(signal)
    const config = { url: this.url, caPem: this.caPem, token: files.adminToken }
    await writeFile(files.kubeconfig, kubeconfig(config), { mode: 0o600 })
    await this.#startControllerManager()
  }

  async #startEtcd(): Promise<void> {
    const { binaries, files, ports } = this.#parts
    this.#etcd = await this.#run(binaries.etcd, 'etcd', etcdFlags(files, ports))
  }

  async #startControllerManager(): Promise<void> {
    const { binaries, files } = this.#parts
    if (!binaries.kubeControllerManager) return
    const flags = controllerManagerFlags(files)
    this.#controllerManager = await this.#run(
      binaries.kubeControllerManager,
      'kube-controller-manager',
      flags,
    )
  }

  /** Resolves when it is ready. Nothing to do when it runs. */
  async startApiServer(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { binaries, files, ports, readyWithinMs } = this.#parts
    if (!this.#apiServer || this.#apiServer.exit) {
      this.#apiServer = await this.#run(
        binaries.kubeApiserver,
        'kube-apiserver',
        apiserverFlags(files, ports),
      )
    }
    const processes = [this.#etcd, this.#apiServer].filter(one => one !== undefined)
    await untilReady(
      () => this.#access(),
      { processes, deadlineMs: readyWithinMs, clock: this.#clock },
      signal,
    )
  }

  /**
   * Connections to it break off; the data stays. `graceMs: 0` is a crash. Default 1,000: it would go on for as
   * long as somebody watches.
   */
  async stopApiServer({ graceMs = 1_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#apiServer?.stop({ graceMs })
  }

  async restartApiServer(options: { readonly graceMs?: number } = {}): Promise<void> {
    await this.stopApiServer(options)
    await this.startApiServer()
  }

  /** Copies etcd's data, all of one moment, into a folder that `restoreEtcd` takes. Requests wait meanwhile. */
  async backUpEtcd(directory: string): Promise<void> {
    if (!this.#etcd || this.#etcd.exit) throw new ControlPlaneError('notReady', 'etcd does not run')
    // Halted, its files are what a power cut would leave, from which it comes back.
    process.kill(this.#etcd.pid, 'SIGSTOP')
    try {
      await cp(this.#parts.files.etcdData, directory, { recursive: true })
    } finally {
      process.kill(this.#etcd.pid, 'SIGCONT')
    }
  }

  /** Everything stops, and comes back at the same address with the objects of that backup. */
  async restoreEtcd(directory: string): Promise<void> {
    const { etcdData } = this.#parts.files
    await this.#controllerManager?.stop({ graceMs: 1_000 })
    await this.#apiServer?.stop({ graceMs: 1_000 })
    await this.#etcd?.stop({ graceMs: 3_000 })
    await rm(etcdData, { recursive: true, force: true })
    await cp(directory, etcdData, { recursive: true })
    await this.#startEtcd()
    await this.startApiServer()
    await this.#startControllerManager()
  }

  /**
   * A token as a Pod of that ServiceAccount would have it. The ServiceAccount has to exist.
   * @throws {ControlPlaneError} `requestRefused`
   */
  async serviceAccountToken(account: {
    readonly namespace: string
    readonly name: string
    /** At least 600. Default 3600. */
    readonly expirationSeconds?: number
  }): Promise<string> {
    const { namespace, name, expirationSeconds = 3600 } = account
    const access = this.#access()
    if (!access) throw new ControlPlaneError('notReady', 'the API server never ran')
    const { status, body } = await requestApi(access, {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } },
    })
    const answer = JSON.parse(body) as { message?: string; status?: { token?: string } }
    if (status === 201 && answer.status?.token) return answer.status.token
    const what = `no token for ServiceAccount ${namespace}/${name}`
    throw new ControlPlaneError('requestRefused', `${what}: ${status} ${answer.message ?? ''}`)
  }

  /** Ends everything, in order, and resolves when it has ended. The folder stays unless it was temporary. */
  async stop(): Promise<void> {
    await this.#controllerManager?.stop({ graceMs: 1_000 })
    await this.#apiServer?.stop({ graceMs: 1_000 })
    await this.#etcd?.stop({ graceMs: 3_000 })
    await this.#parts.supervisor.close()
    this.#parts.unlock()
  }

  #run(command: string, name: string, args: readonly string[]): Promise<SupervisedProcess> {
    const { directory, files, supervisor } = this.#parts
    return supervisor.run({ command, args, cwd: directory, logFile: join(files.logs, `${name}.log`) })
  }

  #access(): ApiAccess | undefined {
    const { files } = this.#parts
    if (!existsSync(files.servingCertificate)) return undefined
    return { url: this.url, caPem: this.caPem, token: files.adminToken }
  }
}
