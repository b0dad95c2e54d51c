import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../core/clock.ts'
import { ProcessError, Supervisor } from '../process.ts'
import { ControlPlaneError } from './errors.ts'

/** The Go module that pins the programs and their dependencies. */
export const moduleDirectory = fileURLToPath(new URL('../../../test/control-plane', import.meta.url))

/** Each program and its Go package, in the order in which they are built. */
export const programs = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
} as const

export type Program = keyof typeof programs

export type OnProgress = (line: string) => void

/** Puts one executable a program into an empty folder. */
export type Build = (
  directory: string,
  options: { readonly onProgress: OnProgress },
  signal: AbortSignal,
) => Promise<void>

const waysToGetBinaries = [
  'set KUBECONFIG_TEST to the kubeconfig of a cluster to use instead (kind, for example)',
  'set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl (setup-envtest downloads one)',
  'install Go, 1.26 or newer, and run this again: it builds them once, in some minutes',
]

/** All that a build depends on, besides go.mod, go.sum and the platform. */
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
  return ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', ['-s -w', ...settings].join(' ')]
}

const progressEveryMs = 5_000

/**
 * Builds the four programs with Go, from modules that go.sum pins: 3 to 4 minutes on two cores when nothing is
 * cached. The compiler ends with this process.
 * @throws {ControlPlaneError} `binariesMissing` without Go, `buildFailed`
 */
export const buildWithGo: Build = async (directory, { onProgress }, signal) => {
  const flags = buildFlags(readFileSync(join(moduleDirectory, 'go.mod'), 'utf8'))
  const supervisor = new Supervisor()
  const abort = (): void => void supervisor.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    for (const [index, program] of (Object.keys(programs) as Program[]).entries()) {
      const label = `building ${program} (${index + 1} of ${Object.keys(programs).length})`
      const args = ['build', ...flags, '-o', join(directory, program), programs[program]]
      await runGo(supervisor, args, { logFile: join(directory, 'build.log'), label, onProgress })
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await supervisor.close()
  }
}

interface GoOptions {
  readonly logFile: string
  readonly label: string
  readonly onProgress: OnProgress
}

async function runGo(supervisor: Supervisor, args: readonly string[], options: GoOptions): Promise<void> {
  const { label, logFile, onProgress } = options
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' }
  const start = systemClock.monotonic()
  let cancel = (): void => undefined
  const report = (): void => {
    const seconds = Math.round((systemClock.monotonic() - start) / 1000)
    onProgress(seconds === 0 ? label : `${label}: ${seconds} s`)
    cancel = systemClock.after(progressEveryMs, report)
  }
  try {
    const go = await supervisor.run({ command: 'go', args, cwd: moduleDirectory, env, logFile })
    report()
    const exit = await go.exited
    if (exit.code !== 0) throw await buildFailure(label, logFile)
  } catch (error) {
    throw error instanceof ProcessError && error.code === 'commandMissing' ? goMissing(error) : error
  } finally {
    cancel()
  }
}

async function buildFailure(label: string, logFile: string): Promise<ControlPlaneError> {
  const lastWords = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-15).join('\n')
  return new ControlPlaneError('buildFailed', `${label} failed: go build says:\n${lastWords}`)
}

function goMissing(cause: unknown): ControlPlaneError {
  const ways = waysToGetBinaries.map(way => `  - ${way}`).join('\n')
  return new ControlPlaneError(
    'binariesMissing',
    `A Kubernetes API server is needed, and there is no Go to build one. One of these helps:\n${ways}`,
    { cause },
  )
}
