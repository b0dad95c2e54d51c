import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { delimiter } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { parse } from 'yaml'
import { Redacted } from '../../core/redacted.ts'
import type { AccessParts, AccessSource, CredentialOptions, TlsMaterial } from './access.ts'

/**
 * Every way of logging in that a kubeconfig knows (token, token file, client certificate, exec plug-in, OIDC,
 * basic, impersonation, proxy), through KubeConfig of @kubernetes/client-node.
 *
 * Each further call reads certificate and token files again. If the kubeconfig changed on disk, or its credentials were
 * rejected, it is loaded from scratch, and exec plug-ins run again.
 */
export function kubeconfigSource(options: CredentialOptions): AccessSource {
  let loaded: { readonly config: KubeConfig; readonly text: string } | undefined
  return async rejected => {
    const text = options.kubeconfig === undefined ? '' : await readFile(options.kubeconfig, 'utf8')
    if (loaded === undefined || rejected || loaded.text !== text) {
      loaded = { config: load(options, text), text }
    }
    return await accessOf(loaded.config)
  }
}

function load(options: CredentialOptions, text: string): KubeConfig {
  const config = readKubeconfig(options)
  if (options.kubeconfig === undefined && config.getCurrentCluster()?.server === madeUpServer)
    throw new Error(
      'there is no kubeconfig: none in KUBECONFIG or ~/.kube/config, and this is no Pod. Name one with --kubeconfig',
    )
  if (options.context !== undefined) config.setCurrentContext(options.context)
  addTokenFile(config, text)
  return config
}

/** The server that KubeConfig makes up when it finds nothing. */
const madeUpServer = 'http://localhost:8080'

/** Reads the files that a flag or the given environment names, otherwise what KubeConfig finds by itself. */
export function readKubeconfig({ kubeconfig, env }: CredentialOptions): KubeConfig {
  const config = new KubeConfig()
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(file => file !== '')
  const [first, ...others] = kubeconfig === undefined ? listed : [kubeconfig]
  if (first === undefined) config.loadFromDefault()
  else config.loadFromFile(first)
  for (const file of others) {
    const other = new KubeConfig()
    other.loadFromFile(file)
    config.mergeConfig(other)
  }
  return config
}

/** KubeConfig reads `token-file`, which nobody writes; the documented name is `tokenFile`. */
function addTokenFile(config: KubeConfig, text: string): void {
  const user = config.getCurrentUser()
  if (user === null || user.token || user.authProvider || text === '') return
  const raw = parse(text) as { users?: { name?: string; user?: { tokenFile?: string } }[] }
  const tokenFile = raw.users?.find(entry => entry.name === user.name)?.user?.tokenFile
  if (tokenFile === undefined) return
  const authProvider = { name: 'tokenFile', config: { tokenFile } }
  config.users = config.users.map(other => (other.name === user.name ? { ...other, authProvider } : other))
}

async function accessOf(config: KubeConfig): Promise<AccessParts> {
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new Error('the kubeconfig has no current context, or its cluster is missing')
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value.trim()
  }
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  return {
    server: cluster.server.replace(/\/+$/, ''),
    headers: new Redacted(headers),
    tls: new Redacted(tlsOf(options)),
    proxy: cluster.proxyUrl === undefined ? undefined : new Redacted(cluster.proxyUrl),
  }
}

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: key as string | Buffer }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  }
}
