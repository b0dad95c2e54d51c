/**
 * Control planes with deploy/ applied, lent to one test file at a time: to clean one takes less time than to start
 * one. Runs in the process of the test run, which outlives the files; these ask over HTTP.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyDeploy } from '../../../src/dev/apply-deploy.ts'
import { kubectlOf, type Kubectl } from '../../../src/dev/kubectl.ts'
import type { Transport } from '../../../src/kube/call/transport.ts'
import { bundleOperator, type BundledOperator } from './bundled-operator.ts'
import { unlimitedTransport } from '../unlimited-transport.ts'
import { CleanState } from './clean-state.ts'
import type { Plane, Planes } from './planes.ts'

/** What a file gets. */
export interface LentPlane extends Omit<Plane, 'quiet' | 'stop'> {
  /** Names it when it is given back. */
  readonly id: number
}

interface Held {
  readonly plane: Plane
  readonly transport: Transport
  readonly kubectl: Kubectl
  /** What is there without any test. */
  clean: CleanState
}

const forever = new AbortController().signal

export class PlaneLender {
  readonly #planes: Planes
  readonly #held: Promise<Held>[] = []
  /** Given back and clean, or being cleaned. */
  readonly #free: { readonly id: number; readonly clean: Promise<void> }[] = []
  readonly #folders: string[] = []
  #bundle: Promise<BundledOperator> | undefined
  #server: Server | undefined

  constructor(planes: Planes) {
    this.#planes = planes
  }

  /** @returns where it answers */
  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      this.#answer(request.url ?? '').then(
        body => response.end(JSON.stringify(body)),
        (error: unknown) =>
          response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
      )
    })
    this.#server = server
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server?.close()
    this.#server?.closeAllConnections()
    await Promise.allSettled(this.#free.map(({ clean }) => clean))
    const held = await Promise.allSettled(this.#held)
    await Promise.all(held.map(async one => one.status === 'fulfilled' && (await end(one.value))))
    await Promise.all(this.#folders.map(folder => rm(folder, { recursive: true, force: true })))
    await (await this.#bundle)?.remove()
  }

  async #answer(path: string): Promise<object> {
    const [, what, id] = path.split('/')
    if (what === 'program') return { program: (await (this.#bundle ??= bundleOperator())).program }
    if (what === 'borrow') return await this.#borrow()
    if (what === 'return') return this.#return(Number(id))
    throw new Error(`nothing is lent at ${path}`)
  }

  async #borrow(): Promise<LentPlane> {
    const free = this.#free.shift()
    const { most } = this.#planes
    if (free === undefined && this.#held.length >= most)
      throw new Error(`there is nothing to lend beyond ${most} at once: run one test file at a time`)
    await free?.clean
    const id = free?.id ?? this.#held.push(this.#start()) - 1
    const { plane } = (await this.#held[id])!
    const { kubeconfigPath, url, caPem, adminToken, kubectl } = plane
    return { id, kubeconfigPath, url, caPem, adminToken, kubectl }
  }

  #return(id: number): object {
    const clean = this.#held[id]!.then(cleanUp)
    // Whoever borrows it next hears of it.
    clean.catch(() => undefined)
    this.#free.push({ id, clean })
    return {}
  }

  async #start(): Promise<Held> {
    const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-plane-'))
    this.#folders.push(directory)
    const plane = await this.#planes.open(directory)
    const { kubectl: program, kubeconfigPath: kubeconfig } = plane
    const cacheDirectory = join(directory, 'kubectl-cache')
    const kubectl = kubectlOf({ program, kubeconfig, cacheDirectory }, forever)
    const transport = unlimitedTransport(kubeconfig)
    const held = { plane, transport, kubectl }
    return { ...held, clean: await applied(held) }
  }
}

async function cleanUp(held: Held): Promise<void> {
  await held.clean.removeOthers()
  if (!(await held.clean.isUntouched())) held.clean = await applied(held)
}

async function applied({ plane, transport, kubectl }: Omit<Held, 'clean'>): Promise<CleanState> {
  await applyDeploy(kubectl)
  await plane.quiet()
  return await CleanState.of(transport)
}

async function end({ plane, transport }: Held): Promise<void> {
  await transport.close()
  await plane.stop()
}
