import { readFileSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../core/clock.ts'
import { type Exit, ProcessError, Supervisor } from '../process.ts'
import { complaintsIn, progressIn } from './build-log.ts'
import { ControlPlaneError } from './errors.ts'
import goBuild from './go-build.json' with { type: 'json' }

/** The Go module that pins the programs and their dependencies. */
export const moduleDirectory = fileURLToPath(new URL('../../../test/control-plane', import.meta.url))

/** Each program and its Go package. */
export const programs = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
} as const

export type Program = keyof typeof programs

export type OnProgress = (line: string) => void

export interface BuildOptions {
  /** The folder of the Go module that pins them. */
  readonly module: string
  readonly onProgress: OnProgress
}

/** Puts one executable a program into an empty folder. */
export type Build = (directory: string, options: BuildOptions, signal: AbortSignal) => Promise<void>

const waysToGetBinaries = [
  'set KUBECONFIG_TEST to the kubeconfig of a cluster to use instead (kind, for example)',
  'set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl (setup-envtest downloads one)',
  'install Go, 1.26 or newer, and run this again: it builds them once, in some minutes',
]

/**
 * All that a build depends on, besides go.mod, go.sum and the platform. What the compiler is told is in go-build.json, as
 * scripts/build-ahead.mjs says the same.
 */
export function buildFlags(goMod: string): readonly string[] {
  const version = /^\s*k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\S+)/m.exec(goMod)
  if (!version)
    throw new ControlPlaneError('buildFailed', 'go.mod does not say which k8s.io/kubernetes to build')
  const [, major = '', minor = '', patch = ''] = version
  // Without a version kubectl refuses to talk to the server, and the server calls itself v0.0.0.
  const set = { gitVersion: `v${major}.${minor}.${patch}`, gitMajor: major, gitMinor: minor }
  const settings = Object.entries(set).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  )
  return [...goBuild.flags, '-ldflags', ['-s -w', ...settings].join(' ')]
}

const progressEveryMs = 5_000

const label = 'building the control plane'

/**
 * Builds the four programs with one call of Go, so that no processor idles while one of them is linked, from modules
 * that go.sum pins. The compiler ends with this process.
 * @throws {ControlPlaneError} `binariesMissing` without Go, `buildFailed`; the signal's reason when called off
 */
export const buildWithGo: Build = async (directory, { module, onProgress }, signal) => {
  signal.throwIfAborted()
  const flags = buildFlags(readFileSync(join(module, 'go.mod'), 'utf8'))
  const args = ['build', '-v', ...flags, '-o', directory, ...Object.values(programs)]
  const logFile = join(directory, 'build.log')
  const supervisor = new Supervisor()
  const abort = (): void => void supervisor.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const exit = await runGo(supervisor, args, { module, logFile, onProgress })
    if (exit.code !== 0) throw await buildFailure(logFile, exit)
    await giveNames(directory)
  } catch (error) {
    // A compiler that was ended from here has not failed.
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    await supervisor.close()
  }
}

/** Go names a program by its package's path: by its last part, or the one before a major version. */
async function giveNames(directory: string): Promise<void> {
  for (const [name, path] of Object.entries(programs)) {
    const named = path.split('/').findLast(part => !/^v\d+$/.test(part))
    if (named !== undefined && named !== name) await rename(join(directory, named), join(directory, name))
  }
}

interface GoOptions {
  readonly module: string
  readonly logFile: string
  readonly onProgress: OnProgress
}

async function runGo(supervisor: Supervisor, args: readonly string[], options: GoOptions): Promise<Exit> {
  const { module, logFile, onProgress } = options
  const env = { ...process.env, ...goBuild.env }
  const start = systemClock.monotonic()
  let cancel = (): void => undefined
  const report = (): void => {
    const seconds = Math.round((systemClock.monotonic() - start) / 1000)
    const progress = progressIn(readFileSync(logFile, 'utf8'))
    onProgress([seconds === 0 ? label : `${label}: ${seconds} s`, progress].filter(Boolean).join(', '))
    cancel = systemClock.after(progressEveryMs, report)
  }
  try {
    const go = await supervisor.run({ command: 'go', args, cwd: module, env, logFile })
    report()
    return await go.exited
  } catch (error) {
    throw error instanceof ProcessError && error.code === 'commandMissing' ? goMissing(error) : error
  } finally {
    cancel()
  }
}

async function buildFailure(logFile: string, exit: Exit): Promise<ControlPlaneError> {
  const complaints = complaintsIn(await readFile(logFile, 'utf8'))
  const why = complaints ? `go build says:\n${complaints}` : `go build ended by ${exit.signal ?? exit.code}`
  return new ControlPlaneError('buildFailed', `${label} failed: ${why}`)
}

function goMissing(cause: unknown): ControlPlaneError {
  const ways = waysToGetBinaries.map(way => `  - ${way}`).join('\n')
  return new ControlPlaneError(
    'binariesMissing',
    `A Kubernetes API server is needed, and there is no Go to build one. One of these helps:\n${ways}`,
    { cause },
  )
}
