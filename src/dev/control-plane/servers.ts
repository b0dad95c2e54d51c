import { existsSync, readFileSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../core/clock.ts'
import type { SupervisedProcess, Supervisor } from '../process.ts'
import type { ApiAccess } from './api-request.ts'
import type { ControlPlaneBinaries } from './binaries.ts'
import { ControlPlaneError } from './errors.ts'
import type { ControlPlaneFiles } from './files.ts'
import { apiserverFlags, controllerManagerFlags, etcdFlags } from './flags.ts'
import type { Ports } from './ports.ts'
import { untilReady } from './readiness.ts'

export interface ServersOptions {
  readonly binaries: ControlPlaneBinaries
  readonly directory: string
  readonly files: ControlPlaneFiles
  readonly ports: Ports
  readonly supervisor: Supervisor
  /** The limit of each wait for the API server. */
  readonly readyWithinMs: number
}

/** etcd, kube-apiserver and kube-controller-manager as processes. Each can be stopped and started alone. */
export class Servers {
  readonly url: string
  readonly #options: ServersOptions
  #etcd: SupervisedProcess | undefined
  #apiServer: SupervisedProcess | undefined
  #controllerManager: SupervisedProcess | undefined

  constructor(options: ServersOptions) {
    this.#options = options
    this.url = `https://127.0.0.1:${options.ports.apiserver}`
  }

  /** Ids of the processes that run now. */
  get processIds(): readonly number[] {
    const all = [this.#etcd, this.#apiServer, this.#controllerManager]
    return all.flatMap(one => (one && !one.exit ? [one.pid] : []))
  }

  /** Certificates to trust, PEM. */
  get caPem(): string {
    return readFileSync(this.#options.files.servingCertificate, 'utf8')
  }

  /** Undefined before the API server's first start. */
  get access(): ApiAccess | undefined {
    const { files } = this.#options
    if (!existsSync(files.servingCertificate)) return undefined
    return { url: this.url, caPem: this.caPem, token: files.adminToken }
  }

  async startEtcd(): Promise<void> {
    const { binaries, files, ports } = this.#options
    this.#etcd = await this.#run(binaries.etcd, 'etcd', etcdFlags(files, ports))
  }

  /** Resolves when the API server is ready. Does nothing when it runs. */
  async startApiServer(signal: AbortSignal): Promise<void> {
    const { binaries, files, ports, readyWithinMs } = this.#options
    if (!this.#apiServer || this.#apiServer.exit) {
      const flags = apiserverFlags(files, ports)
      this.#apiServer = await this.#run(binaries.kubeApiserver, 'kube-apiserver', flags)
    }
    const processes = [this.#etcd, this.#apiServer].filter(one => one !== undefined)
    await untilReady(() => this.access, { processes, deadlineMs: readyWithinMs, clock: systemClock }, signal)
  }

  async startControllerManager(): Promise<void> {
    const { binaries, files } = this.#options
    const program = binaries.kubeControllerManager
    if (!program) return
    this.#controllerManager = await this.#run(
      program,
      'kube-controller-manager',
      controllerManagerFlags(files),
    )
  }

  async stopApiServer(graceMs: number): Promise<void> {
    await this.#apiServer?.stop({ graceMs })
  }

  /** Copies etcd's data, as of one moment, into a folder. Requests wait meanwhile. */
  async backUpEtcd(directory: string): Promise<void> {
    if (!this.#etcd || this.#etcd.exit) throw new ControlPlaneError('notReady', 'etcd does not run')
    // The files of a halted etcd are as after a power cut, and etcd starts from those.
    process.kill(this.#etcd.pid, 'SIGSTOP')
    try {
      await cp(this.#options.files.etcdData, directory, { recursive: true })
    } finally {
      process.kill(this.#etcd.pid, 'SIGCONT')
    }
  }

  /** Replaces etcd's data by a backup. Nothing may run meanwhile. */
  async replaceEtcdData(directory: string): Promise<void> {
    const { etcdData } = this.#options.files
    await rm(etcdData, { recursive: true, force: true })
    await cp(directory, etcdData, { recursive: true })
  }

  /** Ends all three. Each ends before the one that it uses. */
  async stop(): Promise<void> {
    await this.#controllerManager?.stop({ graceMs: 1_000 })
    await this.stopApiServer(1_000)
    await this.#etcd?.stop({ graceMs: 3_000 })
  }

  #run(command: string, name: string, args: readonly string[]): Promise<SupervisedProcess> {
    const { directory, files, supervisor } = this.#options
    return supervisor.run({ command, args, cwd: directory, logFile: join(files.logs, `${name}.log`) })
  }
}
