import { execFileSync } from 'node:child_process'

/** Undefined where there is none. */
export function kubectlOnPath(): string | undefined {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return 'kubectl'
  } catch {
    return undefined
  }
}
