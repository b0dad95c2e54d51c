import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { systemClock } from '../../core/clock.ts'
import { inWords } from '../../core/list-text.ts'
import { Redacted } from '../../core/redacted.ts'
import type { AccessParts, AccessSource, CredentialOptions, TlsMaterial } from './access.ts'
import { runExecPlugin, type ExecConfig, type ExecCredential } from './exec-plugin.ts'
import { fileFault, KubeconfigError } from './kubeconfig-error.ts'
import { readKubeconfigFiles, type Kubeconfig } from './kubeconfig-files.ts'

/** A kubeconfig with its context chosen, and what its plug-in gave last. */
interface Loaded {
  readonly text: string
  readonly config: KubeConfig
  readonly user: Readonly<Record<string, unknown>>
  readonly cluster: Readonly<Record<string, unknown>>
  readonly options: CredentialOptions
  credential: ExecCredential | undefined
}

/**
 * Every way of logging in that a kubeconfig knows (token, token file, client certificate, exec plug-in, OIDC, basic,
 * impersonation, proxy): token files and plug-ins as kubectl does it, the rest through KubeConfig of
 * @kubernetes/client-node.
 *
 * Each further call reads certificate and token files again. If a kubeconfig changed on disk, or its credentials were
 * rejected, it is loaded from scratch, and exec plug-ins run again.
 */
export function kubeconfigSource(options: CredentialOptions): AccessSource {
  let loaded: Loaded | undefined
  return async rejected => {
    const raw = readKubeconfigFiles(options)
    const text = JSON.stringify(raw)
    if (loaded === undefined || rejected || loaded.text !== text) loaded = load(options, raw, text)
    return await accessOf(loaded)
  }
}

function load(options: CredentialOptions, raw: Kubeconfig, text: string): Loaded {
  if (raw.clusters.length === 0 && options.kubeconfig === undefined) {
    throw new KubeconfigError(
      'there is no kubeconfig: none in KUBECONFIG or ~/.kube/config, and this is no Pod. Name one with --kubeconfig',
    )
  }
  const context = options.context ?? raw['current-context']
  const names = raw.contexts.find(({ name }) => name === context)?.context ?? {}
  const user = raw.users.find(({ name }) => name === names['user'])?.user ?? {}
  const cluster = raw.clusters.find(({ name }) => name === names['cluster'])?.cluster ?? {}
  // The library knows neither tokenFile nor KUBERNETES_EXEC_INFO, and drops what a plug-in complains about.
  const users = raw.users.map(({ name, user: each = {} }) => ({ name, user: { ...each, exec: undefined } }))
  const config = new KubeConfig()
  config.loadFromString(JSON.stringify({ ...raw, users }), { onInvalidEntry: 'filter' })
  if (context !== undefined) config.setCurrentContext(context)
  return { text, config, user, cluster, options, credential: undefined }
}

async function accessOf(loaded: Loaded): Promise<AccessParts> {
  const { config } = loaded
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KubeconfigError(noCluster(loaded))
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    throw fileFault(error)
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value.trim()
  }
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
  const plugged = await execCredential(loaded)
  const token = (await fileToken(loaded)) ?? plugged?.token
  if (token !== undefined) headers['authorization'] = `Bearer ${token.trim()}`
  return {
    server: cluster.server.replace(/\/+$/, ''),
    headers: new Redacted(headers),
    tls: new Redacted({
      ...tlsOf(options),
      ...(plugged?.clientCertificateData === undefined ? {} : { cert: plugged.clientCertificateData }),
      ...(plugged?.clientKeyData === undefined ? {} : { key: plugged.clientKeyData }),
    }),
    proxy: cluster.proxyUrl === undefined ? undefined : new Redacted(cluster.proxyUrl),
  }
}

function noCluster({ config, options }: Loaded): string {
  const current = config.getCurrentContext()
  const known = config.getContexts().map(({ name }) => name)
  const choice = known.length === 0 ? 'It has no context.' : `It has ${inWords(known, 'and')}.`
  if (!known.includes(current))
    return `the kubeconfig has no context "${current}"${options.context === undefined ? ', which is its current one' : ''}. ${choice}`
  return `the kubeconfig has no cluster for its context "${current}"`
}

/** The file goes before a token beside it, which counts while the file cannot be read. */
async function fileToken({ user }: Loaded): Promise<string | undefined> {
  const { tokenFile, token } = user
  if (typeof tokenFile !== 'string' || tokenFile === '') return undefined
  try {
    return await readFile(tokenFile, 'utf8')
  } catch (error) {
    if (typeof token === 'string' && token !== '') return token
    throw error
  }
}

/** What the plug-in gave is good until it says, or until the server refuses it. */
async function execCredential(loaded: Loaded): Promise<ExecCredential | undefined> {
  const exec = loaded.user['exec'] as ExecConfig | undefined
  if (exec === undefined || exec === null) return undefined
  const { expiresAt = Number.POSITIVE_INFINITY } = loaded.credential ?? {}
  if (loaded.credential === undefined || expiresAt <= systemClock.now()) {
    loaded.credential = await runExecPlugin(exec, {
      ...loaded.options,
      cluster: await clusterInfo(loaded.cluster),
    })
  }
  return loaded.credential
}

const extensionName = 'client.authentication.k8s.io/exec'

/** The cluster in the form that plug-ins get it. */
async function clusterInfo(cluster: Loaded['cluster']): Promise<unknown> {
  const { 'certificate-authority': file, 'certificate-authority-data': data, extensions, ...others } = cluster
  const ca = typeof file === 'string' && file !== '' ? (await readFile(file)).toString('base64') : data
  const list = Array.isArray(extensions) ? (extensions as { name?: string; extension?: unknown }[]) : []
  const config = list.find(({ name }) => name === extensionName)?.extension
  return { ...others, 'certificate-authority-data': ca, config }
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
