/** The portal of examples/ as a process of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sleep, systemClock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { freePort } from './free-port.ts'
import type { SupervisedProcess, Supervisor } from './process.ts'

export interface PortalOptions {
  readonly supervisor: Supervisor
  readonly logFile: string
  /** Besides where it listens. */
  readonly env: Readonly<Record<string, string>>
}

export interface PortalProcess {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const readyWithinMs = 60_000
const pollEveryMs = 50

/** Gives the portal the package @lenskeeper/embed of this checkout. @throws {CodedError} */
export async function linkEmbedPackage({
  supervisor,
  logFile,
}: Pick<PortalOptions, 'supervisor' | 'logFile'>): Promise<void> {
  const linking = await supervisor.run({
    command: process.execPath,
    args: [inCheckout('scripts/link-embed.ts')],
    logFile,
  })
  const { code } = await linking.exited
  if (code !== 0) throw new CodedError('embedNotBuilt', `@lenskeeper/embed cannot be built; see ${logFile}`)
}

/** A line of its file of passwords. */
export async function hashPassword(account: string, password: string, signal: AbortSignal): Promise<string> {
  const program = inCheckout('examples/portal/src/hash-password.ts')
  const hashing = promisify(execFile)(process.execPath, [program, account], { signal })
  hashing.child.stdin?.end(password)
  return (await hashing).stdout.trim()
}

/** Resolves once it answers. @throws {CodedError} */
export async function startPortal(options: PortalOptions, signal: AbortSignal): Promise<PortalProcess> {
  const { supervisor, logFile, env } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const portal = await supervisor.run({
    command: process.execPath,
    args: [inCheckout('examples/portal/src/main.ts')],
    // Not the variables of this process: they may be meant for another portal.
    env: { PATH: process.env['PATH'], ...env, HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: url },
    logFile,
  })
  const stop = async (): Promise<void> => {
    await portal.stop()
  }
  try {
    await untilHealthy(url, portal, signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, pid: portal.pid, stop }
}

async function untilHealthy(url: string, portal: SupervisedProcess, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonic() + readyWithinMs
  while (!(await isHealthy(url))) {
    if (portal.exit) throw new CodedError('portalEnded', `the portal ended; see ${portal.logFile}`)
    if (systemClock.monotonic() > deadline)
      throw new CodedError(
        'portalNotReady',
        `the portal is not ready after ${readyWithinMs / 1000} s; see ${portal.logFile}`,
      )
    await sleep(systemClock, pollEveryMs, signal)
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

function inCheckout(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
