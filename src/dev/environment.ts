/**
 * A whole environment on this machine: a control plane, ClickHouse, the objects of deploy/, and operators that log
 * in as the ServiceAccount of deploy/. For `dev`, `demo` and end-to-end tests.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../core/errors.ts'
import {
  administratorOf,
  namedClickHouse,
  writeClickHouseAccess,
  type ClickHouseAccess,
} from './administrator.ts'
import { applyDeploy, settleBoth } from './apply-deploy.ts'
import { startEmbeddedClickHouse, type EmbeddedClickHouse } from './clickhouse/embedded-clickhouse.ts'
import { ensureControlPlaneBinaries } from './control-plane/binaries.ts'
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.ts'
import { tryLock } from './control-plane/file-lock.ts'
import { kubeconfig } from './control-plane/files.ts'
import { filesOf } from './environment-files.ts'
import { kubectlOf, type Kubectl } from './kubectl.ts'
import { OperatorProcess } from './operator-process.ts'
import { OperatorsFile } from './operators-file.ts'
import { Supervisor } from './process.ts'
import { silentProgress, type Progress } from './progress.ts'

export interface EnvironmentOptions {
  /** Holds all state. A later start on the same folder has the data of both servers. */
  readonly directory: string
  /** Default 1. */
  readonly clickhouseReplicas?: number
  /** Default 1; 0 starts no operator. Of several, one works at a time. */
  readonly operatorReplicas?: number
  readonly progress?: Progress
  /** Where they name ClickHouse servers (`namedClickHouse`), those take the place of the embedded ones. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** True: the folder is removed when everything has ended, whatever way it ends. */
  readonly removeAtEnd?: boolean
  /** Starts what runs on all of this. `ready` waits for it; when it throws, it leaves nothing behind. */
  readonly companion?: (environment: Environment, signal: AbortSignal) => Promise<Companion>
}

/** Ends before the environment does. */
export interface Companion {
  stop(): Promise<void>
}

const operatorAccount = { namespace: 'lenskeeper-system', name: 'lenskeeper' }
/** Nobody leaves a development cluster running for longer, and each start writes a new token. */
const operatorTokenSeconds = 365 * 86_400

/**
 * Resolves when everything is ready and the file `ready` says so. Everything ends with this process, whatever way
 * it ends.
 * @throws what the parts throw; nothing is left running then
 */
export async function startEnvironment(
  options: EnvironmentOptions,
  signal: AbortSignal,
): Promise<Environment> {
  const { directory } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unlock = tryLock(join(directory, 'lock'))
  if (!unlock) throw new CodedError('directoryInUse', `${directory} is in use by another process`)
  const environment = new Environment(options, unlock)
  try {
    await environment.start(signal)
    signal.throwIfAborted()
    return environment
  } catch (error) {
    await environment.stop()
    throw error
  }
}

/** A running environment; `startEnvironment` makes one. */
export class Environment {
  readonly #options: EnvironmentOptions
  readonly #progress: Progress
  readonly #files: ReturnType<typeof filesOf>
  readonly #unlock: () => void
  /** Its programs end with this process. */
  readonly supervisor = new Supervisor()
  #plane: ControlPlane | undefined
  #embedded: EmbeddedClickHouse | undefined
  #clickhouse: ClickHouseAccess | undefined
  readonly #operators: OperatorProcess[] = []
  #operatorsFile: OperatorsFile | undefined
  #companion: Companion | undefined

  constructor(options: EnvironmentOptions, unlock: () => void) {
    this.#options = options
    this.#progress = options.progress ?? silentProgress
    this.#files = filesOf(options.directory)
    this.#unlock = unlock
    const { ready, operators } = this.#files
    for (const path of options.removeAtEnd === true ? [options.directory] : [ready, operators])
      this.supervisor.removeAtEnd(path)
  }

  get controlPlane(): ControlPlane {
    return running(this.#plane)
  }

  /** Logs in as a member of `system:masters`. */
  get kubeconfigPath(): string {
    return this.#files.kubeconfig
  }

  get clickhouse(): ClickHouseAccess {
    return running(this.#clickhouse)
  }

  /** Undefined where CLICKHOUSE_URL names the server. */
  get embeddedClickHouse(): EmbeddedClickHouse | undefined {
    return this.#embedded
  }

  get operators(): readonly OperatorProcess[] {
    return this.#operators
  }

  kubectl(signal: AbortSignal): Kubectl {
    const program = this.controlPlane.binaries.kubectl
    const { kubeconfig, kubectlCache } = this.#files
    return kubectlOf({ program, kubeconfig, cacheDirectory: kubectlCache }, signal)
  }

  async start(signal: AbortSignal): Promise<void> {
    // Left behind where nobody could clear up, as after a power failure.
    const { ready, operators } = this.#files
    await Promise.all([ready, operators].map(path => rm(path, { force: true })))
    await settleBoth(this.#startControlPlane(signal), this.#startClickHouse())
    signal.throwIfAborted()
    await this.#applyDeploy(signal)
    await this.#startOperators(signal)
    this.#companion = await this.#options.companion?.(this, signal)
    await writeFile(this.#files.ready, `${new Date().toISOString()}\n`)
  }

  /** Ends everything, in order, and resolves when it has ended. */
  async stop(): Promise<void> {
    await rm(this.#files.ready, { force: true })
    await this.#companion?.stop()
    await this.#operatorsFile?.close()
    await Promise.all(this.#operators.map(operator => operator.stop()))
    await Promise.all([this.#plane?.stop(), this.#embedded?.stop()])
    // Some systems do not remove a file that is open, so the lock is let go before the folder is removed.
    this.#unlock()
    await this.supervisor.close()
  }

  async #startControlPlane(signal: AbortSignal): Promise<void> {
    const done = this.#progress.begin('control plane')
    const onProgress = (line: string): void => this.#progress.note(line)
    const binaries = await ensureControlPlaneBinaries({ onProgress, signal })
    const directory = join(this.#options.directory, 'control-plane')
    this.#plane = await startControlPlane({ directory, binaries, onProgress, signal })
    await copyFile(this.#plane.kubeconfigPath, this.#files.kubeconfig)
    done(`etcd and kube-apiserver at ${this.#plane.url}`)
  }

  async #startClickHouse(): Promise<void> {
    const { env = process.env, directory, clickhouseReplicas = 1 } = this.#options
    const done = this.#progress.begin('ClickHouse')
    const named = namedClickHouse(env)
    if (named !== undefined) {
      this.#clickhouse = named
    } else {
      const admin = await administratorOf(this.#files.clickhouse)
      const where = { directory: join(directory, 'clickhouse'), replicas: clickhouseReplicas }
      this.#embedded = await startEmbeddedClickHouse({ ...where, admin })
      const { endpoints } = this.#embedded
      this.#clickhouse = { url: endpoints[0] ?? '', endpoints, ...admin }
    }
    await writeClickHouseAccess(this.#files.clickhouse, this.#clickhouse)
    const what = named === undefined ? 'embedded engine' : 'the server of CLICKHOUSE_URL'
    done(`${what} at ${this.#clickhouse.endpoints.join(', ')}`)
  }

  async #applyDeploy(signal: AbortSignal): Promise<void> {
    const done = this.#progress.begin('deploy/')
    await applyDeploy(this.kubectl(signal))
    done('custom resources, roles and admission policies applied')
  }

  async #startOperators(signal: AbortSignal): Promise<void> {
    const { operatorReplicas = 1 } = this.#options
    if (operatorReplicas === 0) return
    const done = this.#progress.begin('operator')
    await this.#writeOperatorKubeconfig()
    for (let index = 0; index < operatorReplicas; index++) {
      const operator = new OperatorProcess({
        supervisor: this.supervisor,
        kubeconfig: this.#files.operatorKubeconfig,
        logFile: this.#files.operatorLog(index),
        args: operatorReplicas > 1 ? ['--leader-elect'] : [],
        onRestart: line => this.#progress.note(line),
      })
      this.#operators.push(operator)
    }
    await Promise.all(this.#operators.map(operator => operator.start(signal)))
    const onTrouble = (line: string): void => this.#progress.note(line)
    this.#operatorsFile = new OperatorsFile(this.#files.operators, this.#operators, onTrouble)
    await this.#operatorsFile.start(signal)
    done(`ready, as ServiceAccount ${operatorAccount.namespace}/${operatorAccount.name}`)
  }

  async #writeOperatorKubeconfig(): Promise<void> {
    const { url, caPem } = this.controlPlane
    const expirationSeconds = operatorTokenSeconds
    const token = await this.controlPlane.serviceAccountToken({ ...operatorAccount, expirationSeconds })
    const config = kubeconfig({ url, caPem, token, namespace: operatorAccount.namespace })
    await writeFile(this.#files.operatorKubeconfig, config, { mode: 0o600 })
  }
}

function running<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the environment has not been started')
  return part
}
