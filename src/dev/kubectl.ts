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
  /** Used whatever the environment says. */
  readonly kubeconfig: string
  /**
   * Where it remembers which resources the server has. Of its own, because the one in the user's home is believed for
   * hours: what is seen here before the custom resources are there would make `kubectl get lenskeeper` fail later.
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
    // It may end before it has read all of its input; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
    const [code, output, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    if (code === 0) return output
    const words = complaint.trim() || `exit code ${code}`
    throw new CodedError('kubectlFailed', `kubectl ${args.slice(0, 2).join(' ')}: ${words}`)
  }
}
