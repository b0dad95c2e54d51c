import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Redacted } from '../../core/redaction/redacted.ts'
import type { AccessSource, CredentialOptions } from './access.ts'
import { namesKubeconfig } from './named-files.ts'

/** Where Kubernetes mounts a Pod's account by itself. */
export const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Chooses where credentials come from, in kubectl's order. It reads no credentials yet. */
export function accessSource(options: CredentialOptions): AccessSource {
  const { env } = options
  const folder = options.serviceAccountDir ?? serviceAccountDir
  if (isPod(options) && existsSync(`${folder}/token`)) return serviceAccountSource(folder, env)
  let source: AccessSource | undefined
  return async (rejected, signal) => {
    source ??= (await import('./kubeconfig.ts')).kubeconfigSource(options)
    return await source(rejected, signal)
  }
}

/** Whether the account of a Pod is to be used, if it has one: nobody names a kubeconfig that is there. */
export function isPod({ kubeconfig, env }: CredentialOptions): boolean {
  return kubeconfig === undefined && Boolean(env['KUBERNETES_SERVICE_HOST']) && !namesKubeconfig(env)
}

/** A Pod's account: three files and two variables. */
function serviceAccountSource(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): AccessSource {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  return async () => {
    const [token, ca] = await Promise.all([readFile(`${folder}/token`, 'utf8'), readFile(`${folder}/ca.crt`)])
    return {
      server,
      headers: new Redacted({ authorization: `Bearer ${token.trim()}` }),
      tls: new Redacted({ ca }),
      proxy: undefined,
    }
  }
}
