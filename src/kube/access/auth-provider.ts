import { KubeConfig } from '@kubernetes/client-node'
import type { RequestOptions } from 'node:https'
import type { Entry } from './entry.ts'
import { KubeconfigError } from './kubeconfig-error.ts'

/** Gives the `authorization` header. It remembers tokens that it has refreshed. */
export type AuthProvider = () => Promise<string>

/**
 * The old `auth-provider` (OIDC and those of clouds), by @kubernetes/client-node. It takes some 60 MB and half a second
 * to load, so only who needs it loads this file.
 */
export function authProvider(provider: Entry): AuthProvider {
  const config = new KubeConfig()
  const cluster = { name: 'any', server: 'https://127.0.0.1', skipTLSVerify: false }
  config.loadFromClusterAndUser(cluster, { name: 'any', authProvider: provider })
  return async () => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const header = Object.entries(options.headers ?? {}).find(
      ([key]) => key.toLowerCase() === 'authorization',
    )
    if (typeof header?.[1] === 'string') return header[1].trim()
    throw new KubeconfigError(
      'the auth-provider of the kubeconfig gives no token: log in anew, or use the exec plug-in that took its place',
    )
  }
}
