import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { CodedError } from '../core/errors.ts'

export interface KubectlOptions {
  /** Given to its standard input. */
  readonly input?: string
}

/** Runs kubectl with these arguments and gives what it prints. @throws {CodedError} */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<string>

export interface KubectlAccess {
  readonly program: string
  /** Taken whatever KUBECONFIG says. */
  readonly kubeconfig: string
  /**
   * Where kubectl remembers which resources the server has. Not the user's own cache: kubectl believes it for hours,
   * and a look before the custom resources are served would make the user's `kubectl get lenskeeper` fail.
   */
  readonly cacheDirectory: string
}

export function kubectlOf(access: KubectlAccess, signal: AbortSignal): Kubectl {
  const { program, kubeconfig, cacheDirectory } = access
  const flags = ['--kubeconfig', kubeconfig, '--cache-dir', cacheDirectory]
  return async (args, options = {}) => {
    const child = spawn(program, [...flags, ...args], { signal })
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    // kubectl may end before it has read all of its input. Its exit code says whether that is a fault.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
    const [code, output, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    if (code === 0) return output
    const words = complaint.trim() || `exit code ${code}`
    throw new CodedError('kubectlFailed', `kubectl ${args.slice(0, 2).join(' ')}: ${words}`)
  }
}
