import { neverAborts } from '../../core/abort.ts'
import { systemClock } from '../../core/clock.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import type { AccessParts, AccessSource, CredentialOptions } from './access.ts'
import type { AuthProvider } from './auth-provider.ts'
import { choose, proxyOf, serverOf, type Chosen } from './chosen.ts'
import { textIn, type Entry } from './entry.ts'
import { runExecPlugin, type ExecConfig, type ExecCredential } from './plugin/exec-plugin.ts'
import { homeFolder } from './home-folder.ts'
import { impersonation } from './impersonation.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import { readKubeconfigFiles, type Kubeconfig } from './kubeconfig-files.ts'
import { authorization } from './login.ts'
import { contentOfFile, tlsMaterial } from './tls-material.ts'

/** A kubeconfig with its context chosen, and what its plug-in gave last. */
interface Loaded {
  readonly text: string
  readonly chosen: Chosen
  readonly options: CredentialOptions
  credential: ExecCredential | undefined
  provider: AuthProvider | undefined
}

/**
 * Every way of logging in that a kubeconfig knows (token, token file, client certificate, exec plug-in, OIDC, basic,
 * impersonation, proxy), as kubectl does it.
 *
 * Each further call reads certificate and token files again. If a kubeconfig changed on disk, or its credentials were
 * rejected, it is loaded from scratch, and exec plug-ins run again.
 */
export function kubeconfigSource(options: CredentialOptions): AccessSource {
  let loaded: Loaded | undefined
  return async (rejected, signal = neverAborts) => {
    const raw = readKubeconfigFiles(options)
    const text = JSON.stringify(raw)
    if (loaded === undefined || rejected || loaded.text !== text) loaded = load(options, raw, text)
    return await accessOf(loaded, signal)
  }
}

function load(options: CredentialOptions, raw: Kubeconfig, text: string): Loaded {
  if (raw.clusters.length === 0 && options.kubeconfig === undefined) {
    const where =
      homeFolder(options.env) === undefined
        ? 'none in KUBECONFIG, nothing says which folder is ~ (HOME is not set)'
        : 'none in KUBECONFIG or ~/.kube/config'
    throw new KubeconfigError(
      `there is no kubeconfig: ${where}, and this is no Pod. Name one with --kubeconfig`,
    )
  }
  const chosen = choose(raw, options.context)
  return { text, chosen, options, credential: undefined, provider: undefined }
}

async function accessOf(loaded: Loaded, signal: AbortSignal): Promise<AccessParts> {
  const { chosen } = loaded
  const server = serverOf(chosen)
  const proxy = proxyOf(chosen)
  const asked = impersonation(chosen.user)
  const tls = await tlsMaterial(chosen)
  const plugged = await execCredential(loaded, signal)
  const login = await authorization(chosen.user, { plugged, provided: await providedHeader(loaded) })
  return {
    server,
    headers: new Redacted({ ...(login === undefined ? {} : { authorization: login }), ...asked }),
    tls: new Redacted({
      ...tls,
      ...(plugged?.clientCertificateData === undefined ? {} : { cert: plugged.clientCertificateData }),
      ...(plugged?.clientKeyData === undefined ? {} : { key: plugged.clientKeyData }),
    }),
    proxy: proxy === undefined ? undefined : new Redacted(proxy),
  }
}

/** What the plug-in gave is good until it says, or until the server refuses it. */
async function execCredential(loaded: Loaded, signal: AbortSignal): Promise<ExecCredential | undefined> {
  const { chosen, options } = loaded
  const exec = chosen.user['exec'] as ExecConfig | null | undefined
  if (exec === undefined || exec === null) return undefined
  const clock = options.clock ?? systemClock
  const { expiresAt = Number.POSITIVE_INFINITY } = loaded.credential ?? {}
  if (loaded.credential === undefined || expiresAt <= clock.now()) {
    const cluster = await clusterInfo(chosen.cluster)
    loaded.credential = await runExecPlugin(exec, { ...options, clock, cluster }, signal)
  }
  return loaded.credential
}

async function providedHeader(loaded: Loaded): Promise<string | undefined> {
  const provider = loaded.chosen.user['auth-provider'] as Entry | null | undefined
  if (provider === undefined || provider === null) return undefined
  loaded.provider ??= (await import('./auth-provider.ts')).authProvider(provider)
  return await loaded.provider()
}

const extensionName = 'client.authentication.k8s.io/exec'

/** The cluster in the form that plug-ins get it. */
async function clusterInfo(cluster: Entry): Promise<unknown> {
  const { 'certificate-authority': _, 'certificate-authority-data': data, extensions, ...others } = cluster
  const file = textIn(cluster, 'certificate-authority')
  const ca =
    file === undefined ? data : (await contentOfFile(file, 'certificate-authority')).toString('base64')
  const list = Array.isArray(extensions) ? (extensions as { name?: string; extension?: unknown }[]) : []
  const config = list.find(({ name }) => name === extensionName)?.extension
  return { ...others, 'certificate-authority-data': ca, config }
}
