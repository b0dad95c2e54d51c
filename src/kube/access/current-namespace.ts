import { existsSync, readFileSync } from 'node:fs'
import type { CredentialOptions } from './access.ts'
import { isPod, serviceAccountDir } from './access-source.ts'
import { readKubeconfigFiles } from './kubeconfig-files.ts'

const serviceAccountNamespace = `${serviceAccountDir}/namespace`

/** The namespace that kubectl would use: that of the kubeconfig's context, the Pod's own, or `default`. */
export function currentNamespace(options: CredentialOptions): string {
  if (isPod(options) && existsSync(serviceAccountNamespace))
    return readFileSync(serviceAccountNamespace, 'utf8').trim()
  const config = readKubeconfigFiles(options)
  const wanted = options.context ?? config['current-context']
  const found = config.contexts.find(({ name }) => name === wanted)?.context?.['namespace']
  return typeof found === 'string' && found !== '' ? found : 'default'
}
