import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Supervisor } from '../process.ts'
import { ensureControlPlaneBinaries, type ControlPlaneBinaries } from './binaries.ts'
import { ControlPlaneError } from './errors.ts'
import { tryLock } from './file-lock.ts'
import { kubeconfig, prepareFiles, type ControlPlaneFiles } from './files.ts'
import { choosePorts } from './ports.ts'
import { Servers, type ServersOptions } from './servers.ts'
import { requestServiceAccountToken, type ServiceAccount } from './service-account-token.ts'

export interface ControlPlaneOptions {
  /** Holds all state: a later start on the same folder has the same data. Default: a temporary folder. */
  readonly directory?: string
  /** Called with what is waited for, if that takes longer than a few seconds. */
  readonly onProgress?: (line: string) => void
  /** Default: those of `ensureControlPlaneBinaries`. */
  readonly binaries?: ControlPlaneBinaries
  /** The limit of each wait for the API server. Default 120,000. */
  readonly readyWithinMs?: number
  readonly signal?: AbortSignal
}

const startAttempts = 3

/**
 * Starts etcd, kube-apiserver, and Kubernetes' garbage collector and namespace controller, on free ports of
 * 127.0.0.1. Resolves when the API server is ready. Everything ends with this process, however it ends, and a
 * temporary folder goes, too.
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
      // A program that ends at once has most likely lost its port: somebody took it after it was chosen.
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

interface Parts extends ServersOptions {
  readonly unlock: () => void
}

/** A running control plane; `startControlPlane` makes one. */
export class ControlPlane {
  readonly binaries: ControlPlaneBinaries
  readonly directory: string
  readonly url: string
  /** Logs in as a member of `system:masters`. */
  readonly kubeconfigPath: string
  readonly #servers: Servers
  readonly #files: ControlPlaneFiles
  readonly #supervisor: Supervisor
  readonly #unlock: () => void

  constructor({ unlock, ...options }: Parts) {
    this.binaries = options.binaries
    this.directory = options.directory
    this.#servers = new Servers(options)
    this.url = this.#servers.url
    this.#files = options.files
    this.kubeconfigPath = options.files.kubeconfig
    this.#supervisor = options.supervisor
    this.#unlock = unlock
  }

  /** Certificates to trust, PEM. */
  get caPem(): string {
    return this.#servers.caPem
  }

  /** Ids of the processes that run now. */
  get processIds(): readonly number[] {
    return this.#servers.processIds
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#servers.startEtcd()
    await this.startApiServer(signal)
    const config = { url: this.url, caPem: this.caPem, token: this.#files.adminToken }
    await writeFile(this.kubeconfigPath, kubeconfig(config), { mode: 0o600 })
    await this.#servers.startControllerManager()
  }

  /** Resolves when the API server is ready. Does nothing when it runs. */
  async startApiServer(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#servers.startApiServer(signal)
  }

  /**
   * Breaks off all connections; the data stays. `graceMs: 0` is a crash. Default 1,000: without a limit the API server
   * would run on as long as somebody watches.
   */
  async stopApiServer({ graceMs = 1_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#servers.stopApiServer(graceMs)
  }

  async restartApiServer(options: { readonly graceMs?: number } = {}): Promise<void> {
    await this.stopApiServer(options)
    await this.startApiServer()
  }

  /** Copies etcd's data, as of one moment, into a folder that `restoreEtcd` takes. Requests wait meanwhile. */
  async backUpEtcd(directory: string): Promise<void> {
    await this.#servers.backUpEtcd(directory)
  }

  /** Stops everything and starts it again, at the same address, with the objects of a backup. */
  async restoreEtcd(directory: string): Promise<void> {
    await this.#servers.stop()
    await this.#servers.replaceEtcdData(directory)
    await this.#servers.startEtcd()
    await this.startApiServer()
    await this.#servers.startControllerManager()
  }

  /**
   * Makes a token as a Pod of this ServiceAccount would have it. The ServiceAccount has to exist.
   * @throws {ControlPlaneError} `requestRefused`
   */
  async serviceAccountToken(account: ServiceAccount): Promise<string> {
    const { access } = this.#servers
    if (!access) throw new ControlPlaneError('notReady', 'the API server never ran')
    return await requestServiceAccountToken(access, account)
  }

  /** Ends everything, in order, and resolves when it has ended. The folder stays unless it was temporary. */
  async stop(): Promise<void> {
    await this.#servers.stop()
    await this.#supervisor.close()
    this.#unlock()
  }
}
