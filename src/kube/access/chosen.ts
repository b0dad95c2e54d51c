/** The context that counts, with its cluster and its user. Pure. */
import { inWords } from '../../core/text/list-text.ts'
import { textIn, type Entry } from './entry.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import type { Kubeconfig } from './kubeconfig-files.ts'

export interface Chosen {
  readonly cluster: Entry
  /** Empty where the context names none: as kubectl, we then ask without a login. */
  readonly user: Entry
}

/**
 * @param wanted the context that somebody asked for; without it the current one
 * @throws KubeconfigError
 */
export function choose(config: Kubeconfig, wanted: string | undefined): Chosen {
  const { contexts, clusters, users } = config
  const name = wanted ?? config['current-context']
  if (name === undefined) throw new KubeconfigError(`the kubeconfig has no current-context. ${known(config)}`)
  const found = contexts.find(context => context.name === name)
  if (found === undefined) {
    const which = wanted === undefined ? ', which is its current one' : ''
    throw new KubeconfigError(`the kubeconfig has no context "${name}"${which}. ${known(config)}`)
  }
  const names = found.context ?? {}
  const cluster = clusters.find(each => each.name === textIn(names, 'cluster'))?.cluster
  if (cluster === undefined || textIn(cluster, 'server') === undefined)
    throw new KubeconfigError(`the kubeconfig has no cluster for its context "${name}"`)
  const userName = textIn(names, 'user')
  const user = users.find(each => each.name === userName)
  if (userName !== undefined && user === undefined)
    throw new KubeconfigError(`the kubeconfig has no user "${userName}", which its context "${name}" names`)
  return { cluster, user: user?.user ?? {} }
}

function known({ contexts }: Kubeconfig): string {
  const names = contexts.map(({ name }) => name)
  return names.length === 0 ? 'It has no context.' : `It has ${inWords(names, 'and')}.`
}

/**
 * Base URL without a trailing slash.
 *
 * @throws KubeconfigError that does not quote the address, as it may hold a password
 */
export function serverOf({ cluster }: Pick<Chosen, 'cluster'>): string {
  const text = (textIn(cluster, 'server') ?? '').trim()
  // As client-go: without a scheme, HTTPS counts where something of TLS was written.
  const isSecure = Object.keys(cluster).some(name => /^(certificate-|insecure-|tls-)/.test(name))
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isSecure ? 'https' : 'http'}://${text}`
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new KubeconfigError('the server of the kubeconfig is no address: write https://, its host and port')
  return address.replace(/(?<!\/)\/+$/, '')
}

const proxySchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/** @throws KubeconfigError that does not quote the address, as it may hold a password */
export function proxyOf({ cluster }: Pick<Chosen, 'cluster'>): string | undefined {
  const text = textIn(cluster, 'proxy-url')
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !proxySchemes.has(url.protocol) || url.hostname === '')
    throw new KubeconfigError(
      'the proxy-url of the kubeconfig is no address of a proxy: write http://, https:// or socks5://, its host and port',
    )
  // By either name the proxy looks hosts up.
  return text.replace(/^socks5h:/i, 'socks5:')
}
