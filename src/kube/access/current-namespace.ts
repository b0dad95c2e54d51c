import { existsSync, readFileSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import type { CredentialOptions } from './credentials.ts'

const serviceAccountNamespace = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** The namespace that kubectl would use: that of the kubeconfig's context, the Pod's own, or `default`. */
export function currentNamespace({ kubeconfig, context, env = process.env }: CredentialOptions): string {
  const inPod = kubeconfig === undefined && !env['KUBECONFIG'] && env['KUBERNETES_SERVICE_HOST'] !== undefined
  if (inPod && existsSync(serviceAccountNamespace))
    return readFileSync(serviceAccountNamespace, 'utf8').trim()
  const config = new KubeConfig()
  if (kubeconfig === undefined) config.loadFromDefault()
  else config.loadFromFile(kubeconfig)
  const found = config.getContextObject(context ?? config.getCurrentContext())?.namespace
  return found === undefined || found === '' ? 'default' : found
}
