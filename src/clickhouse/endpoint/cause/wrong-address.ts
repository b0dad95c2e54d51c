/** What answers where ClickHouse was expected, and which address to write instead. Pure. */
import type { Answer } from './look.ts'
import type { OtherProtocol } from './other-protocol.ts'

export interface Looked {
  readonly url: URL
  /** What answers by the scheme of the address. */
  readonly answer: Answer
  /** What answers by HTTP where the address says https. */
  readonly plain?: Answer
  /** Whether TLS is spoken where the address says http. */
  readonly tls?: boolean
  /** What speaks neither HTTP nor TLS there. */
  readonly protocol?: OtherProtocol | undefined
}

const ports =
  'write the address of ClickHouse’s HTTP interface, whose port is mostly 8443 for https and 8123 for http'

/** Continues the host's name. Undefined when nothing was learnt. */
export function wrongAddress({ url, answer, plain, tls, protocol }: Looked): string | undefined {
  if (tls === true) return `speaks TLS: write https://${url.host}`
  if (protocol !== undefined) return `${products[protocol]}: ${ports}`
  const seen = plain === undefined || plain.kind === 'nothing' ? answer : plain
  if (seen.kind === 'nothing') return undefined
  if (seen.kind === 'other') return `speaks ${plain === undefined ? 'no' : 'neither TLS nor'} HTTP: ${ports}`
  if (seen.isNative) return `is the port of ClickHouse’s own protocol: ${ports}`
  if (plain === undefined) return ofHttp(seen, url)
  if (!seen.isClickHouse) {
    return `answers plain HTTP, and is not ClickHouse (HTTP ${seen.status}${byServer(seen)}): ${ports}`
  }
  return `answers plain HTTP and speaks no TLS: write the address of its port for https (mostly 8443), or http://${url.host} with allowHTTP: true if the network is trusted`
}

/** ClickHouse answers in the protocols of others, too, on ports of their own. */
const products: Readonly<Record<OtherProtocol, string>> = {
  MySQL: 'speaks MySQL’s protocol, as MySQL does, and ClickHouse at another port',
  PostgreSQL: 'speaks PostgreSQL’s protocol, as PostgreSQL does, and ClickHouse at another port',
  Keeper: 'is ClickHouse Keeper or ZooKeeper',
  Redis: 'is Redis',
  SSH: 'is an SSH server',
  SMTP: 'is a mail server',
}

/** For who answered as ClickHouse's port for its own replicas does. */
export const forReplicas = `is the port that ClickHouse’s replicas use among themselves: ${ports}`

type HttpAnswer = Extract<Answer, { readonly kind: 'http' }>

const ofProxies: ReadonlySet<number> = new Set([502, 503, 504])

function ofHttp(seen: HttpAnswer, url: URL): string | undefined {
  if (seen.isClickHouse) return undefined
  if (ofProxies.has(seen.status)) {
    return `answers HTTP ${seen.status}${byServer(seen)}: a proxy that does not reach ClickHouse behind it`
  }
  if (seen.status >= 300 && seen.status < 400) return `${redirects(seen, url)}: ${ports}`
  return `is not ClickHouse (HTTP ${seen.status}${byServer(seen)}): ${ports}`
}

function redirects({ status, location = '' }: HttpAnswer, url: URL): string {
  const target = URL.parse(location, url.href)
  const isAddress = target !== null && /^https?:\/\/[A-Za-z0-9.:[\]-]{1,253}$/.test(target.origin)
  if (!isAddress || target.origin === url.origin)
    return `redirects (HTTP ${status}), which ClickHouse does not`
  return `redirects to ${target.origin} (HTTP ${status}), which ClickHouse does not`
}

/** `, nginx`: the product's name alone, as whoever answers could write anything. */
function byServer({ server = '' }: HttpAnswer): string {
  const [, product] = /^([A-Za-z][A-Za-z0-9_.-]{1,30})(?:[ /]|$)/.exec(server) ?? []
  return product === undefined ? '' : `, ${product}`
}
