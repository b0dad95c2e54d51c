import { existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import type { CredentialOptions } from './access.ts'

/** The files that KUBECONFIG names, whether they are there or not. */
export function namedFiles(env: CredentialOptions['env']): readonly string[] {
  return (env['KUBECONFIG'] ?? '').split(delimiter).filter(file => file !== '')
}

/** Whether kubectl would find a kubeconfig by the variable. */
export function namesKubeconfig(env: CredentialOptions['env']): boolean {
  return namedFiles(env).some(file => existsSync(file))
}
