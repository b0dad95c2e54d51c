import { existsSync, readFileSync } from 'node:fs'
import type { CredentialOptions } from './access.ts'
import { isPod, serviceAccountDir } from './access-source.ts'
import { readKubeconfigFiles } from './kubeconfig-files.ts'

/** The namespace that kubectl would use: that of the kubeconfig's context, the Pod's own, or `default`. */
export function currentNamespace(options: CredentialOptions): string {
  const own = podNamespace(options)
  if (own !== undefined) return own
  const config = readKubeconfigFiles(options)
  const wanted = options.context ?? config['current-context']
  const found = config.contexts.find(({ name }) => name === wanted)?.context?.['namespace']
  return typeof found === 'string' && found !== '' ? found : 'default'
}

/** The namespace of the Pod that this runs in. Undefined outside of one, or when a kubeconfig is named. */
export function podNamespace(options: CredentialOptions): string | undefined {
  const file = `${options.serviceAccountDir ?? serviceAccountDir}/namespace`
  return isPod(options) && existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
