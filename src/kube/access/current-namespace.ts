import { existsSync, readFileSync } from 'node:fs'
import type { CredentialOptions } from './access.ts'
import { serviceAccountDir } from './access-source.ts'
import { readKubeconfig } from './kubeconfig.ts'

const serviceAccountNamespace = `${serviceAccountDir}/namespace`

/** The namespace that kubectl would use: that of the kubeconfig's context, the Pod's own, or `default`. */
export function currentNamespace(options: CredentialOptions): string {
  const { kubeconfig, context, env } = options
  const inPod = kubeconfig === undefined && !env['KUBECONFIG'] && env['KUBERNETES_SERVICE_HOST'] !== undefined
  if (inPod && existsSync(serviceAccountNamespace))
    return readFileSync(serviceAccountNamespace, 'utf8').trim()
  const config = readKubeconfig(options)
  const found = config.getContextObject(context ?? config.getCurrentContext())?.namespace
  return found === undefined || found === '' ? 'default' : found
}
