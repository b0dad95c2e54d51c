import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { CodedError } from '../core/errors.ts'

/** What kubectl complained of, in its own words. */
export class KubectlError extends CodedError<'kubectlFailed'> {}

export interface KubectlOptions {
  /** Given to its standard input. */
  readonly input?: string
}

/** Runs kubectl with these arguments and gives what it prints. @throws {KubectlError} */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<string>

/** @param access which kubectl, and the kubeconfig that it uses whatever the environment says */
export function kubectlOf(
  access: { readonly program: string; readonly kubeconfig: string },
  signal: AbortSignal,
): Kubectl {
  return async (args, options = {}) => {
    const child = spawn(access.program, ['--kubeconfig', access.kubeconfig, ...args], { signal })
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
    throw new KubectlError('kubectlFailed', `kubectl ${args.slice(0, 2).join(' ')}: ${words}`)
  }
}
