import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { buildFlags, buildWithGo, moduleDirectory, programs } from './build.ts'
import type { Build, BuildOptions, OnProgress, Program } from './build.ts'
import { cacheFolder } from '../user-folders.ts'
import { withLock } from './file-lock.ts'
import { ControlPlaneError } from './errors.ts'

/** Absolute paths of executables. */
export interface ControlPlaneBinaries {
  readonly etcd: string
  readonly kubeApiserver: string
  /** Undefined where KUBEBUILDER_ASSETS has none, as is usual. Nothing collects garbage then. */
  readonly kubeControllerManager: string | undefined
  readonly kubectl: string
}

export interface BinariesOptions {
  /** The folder of the Go module to build from. Default: the one that tests and the demo run on. */
  readonly module?: string
  /** Called with a line every few seconds while there is something to wait for. */
  readonly onProgress?: OnProgress
  /** Where KUBEBUILDER_ASSETS, XDG_CACHE_HOME and HOME are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly build?: Build
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/**
 * Finds etcd, kube-apiserver, kube-controller-manager and kubectl: in the folder KUBEBUILDER_ASSETS, else in the
 * user's cache, else by a build with Go into that cache. When several processes ask, one builds and the others wait.
 * A build that is cut short is never taken for a finished one.
 * @throws {ControlPlaneError} `binariesMissing`, `buildFailed`
 * @throws {NoFolderError}
 */
export async function ensureControlPlaneBinaries(
  options: BinariesOptions = {},
): Promise<ControlPlaneBinaries> {
  const {
    env = process.env,
    build = buildWithGo,
    clock = systemClock,
    onProgress = () => undefined,
    module = moduleDirectory,
  } = options
  const signal = options.signal ?? new AbortController().signal
  if (env.KUBEBUILDER_ASSETS) return fromAssets(env.KUBEBUILDER_ASSETS)

  const folder = join(cacheFolder(env), 'control-plane')
  const target = join(folder, cacheKey({ directory: module }))
  if (!existsSync(target)) {
    await mkdir(folder, { recursive: true })
    const onWait = (): void => onProgress('another process is building the control plane: waiting for it')
    const fill = (): Promise<void> => buildInto(target, build, { module, onProgress }, signal)
    await withLock(`${target}.lock`, fill, { clock, onWait }, signal)
  }
  return {
    etcd: join(target, 'etcd'),
    kubeApiserver: join(target, 'kube-apiserver'),
    kubeControllerManager: join(target, 'kube-controller-manager'),
    kubectl: join(target, 'kubectl'),
  }
}

/** The name of the cache folder. It changes with all that a build depends on. */
export function cacheKey(input: { readonly directory?: string; readonly platform?: string } = {}): string {
  const { directory = moduleDirectory, platform = `${process.platform} ${process.arch}` } = input
  const goMod = readFileSync(join(directory, 'go.mod'), 'utf8')
  const goSum = readFileSync(join(directory, 'go.sum'), 'utf8')
  const parts = [goMod, goSum, platform, programs, buildFlags(goMod)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)
}

async function buildInto(
  target: string,
  build: Build,
  options: BuildOptions,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(target)) return
  // Always the same name, so that the next holder of the lock removes what a killed build left.
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished)
  try {
    await build(unfinished, options, signal)
    await rename(unfinished, target)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

function fromAssets(folder: string): ControlPlaneBinaries {
  const find = (program: Program): string | undefined => {
    const path = join(folder, program)
    return existsSync(path) ? path : undefined
  }
  const need = (program: Program): string => {
    const path = find(program)
    if (path) return path
    throw new ControlPlaneError('binariesMissing', `KUBEBUILDER_ASSETS is ${folder}, which has no ${program}`)
  }
  return {
    etcd: need('etcd'),
    kubeApiserver: need('kube-apiserver'),
    kubeControllerManager: find('kube-controller-manager'),
    kubectl: need('kubectl'),
  }
}
