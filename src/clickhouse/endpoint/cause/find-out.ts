/** Finds out what stands behind a failure of the network. */
import { X509Certificate } from 'node:crypto'
import { systemClock } from '../../../core/clock.ts'
import type { AgentOptions } from '../agent.ts'
import { chainOf } from './certificate-chain.ts'
import { certificateFault, type CertificateFacts } from './certificate-fault.ts'
import { ask, certificatesAt, type Answer } from './look.ts'
import { protocolAt, type OtherProtocol } from './other-protocol.ts'
import { forReplicas, wrongAddress } from './wrong-address.ts'

/** TLS was expected and something else came. */
const noTls = /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST)$/
/** The connection was closed, as by a server that does not understand what it is told. */
const closed = /^(ECONNRESET|EPIPE)$/

/** How the port for replicas refuses a login. It answers to `/ping` as the HTTP interface does. */
const ofReplicas = /HTTP Basic authentication, but client (?:provides|doesn.t provide) it/

export interface Suspicion {
  /** As Node has it; undefined for an answer that made no sense. */
  readonly code: string | undefined
  readonly isTls: boolean
  /** What an answer said that made no sense. Whoever answered wrote it. */
  readonly text?: string
  /** Whether this address has ever answered as ClickHouse. A closed connection then says nothing about the address. */
  readonly hasAnswered: boolean
}

export interface Finding {
  readonly code: 'tlsFailed' | 'unreachable'
  /** Continues the host's name. */
  readonly words: string
}

/** One look or two, which last no longer than `signal` lets them. Undefined when nothing was learnt. Never throws. */
export async function findOut(
  { code, isTls, text = '', hasAnswered }: Suspicion,
  address: AgentOptions,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (isTls && !noTls.test(code ?? '')) {
    const words = await tlsWords(code ?? '', address, signal)
    return words === undefined
      ? undefined
      : { code: 'tlsFailed', words: `: the TLS connection failed: ${words}` }
  }
  const isOdd = code === undefined || isTls || code.startsWith('HPE_')
  if (!isOdd && (hasAnswered || !closed.test(code))) return undefined
  const words = ofReplicas.test(text) ? forReplicas : await addressWords(address, code, signal)
  return words === undefined ? undefined : { code: 'unreachable', words: ` ${words}` }
}

async function tlsWords(
  code: string,
  address: AgentOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { url, ca } = address
  const shown = (await certificatesAt(address, signal)) ?? []
  const trusted = ca === undefined ? undefined : certificatesIn(ca)
  // OpenSSL has judged by the system's clock.
  const now = systemClock.now()
  const facts = new Map([...shown, ...(trusted ?? [])].map(each => [each, factsOf(each)]))
  const factsOfAll = (list: readonly X509Certificate[]) => list.flatMap(each => facts.get(each) ?? [])
  return certificateFault({
    code,
    hostname: new URL(url).hostname,
    shown: factsOfAll(shown),
    chain: factsOfAll(chainOf({ shown, trusted: trusted ?? [], now })),
    trusted: trusted && factsOfAll(trusted),
    now,
  })
}

async function addressWords(
  address: AgentOptions,
  code: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { lookup } = address
  const url = new URL(address.url)
  const nothing: Answer = { kind: 'nothing' }
  if (url.protocol === 'http:') {
    const answer = await ask(address, signal)
    const isClickHouse = answer.kind === 'http' && answer.isClickHouse
    const secure = { url: `https://${hostAndPort(url)}`, lookup }
    const tls = !isClickHouse && (await certificatesAt(secure, signal)) !== undefined
    const protocol = tls || answer.kind === 'http' ? undefined : await otherAt(address, signal)
    return wrongAddress({ url, answer, tls, protocol })
  }
  if (code !== undefined && !code.startsWith('HPE_')) {
    const plain = await ask({ url: `http://${hostAndPort(url)}`, lookup }, signal)
    const protocol = plain.kind === 'http' ? undefined : await otherAt(address, signal)
    return wrongAddress({ url, answer: nothing, plain, protocol })
  }
  return wrongAddress({ url, answer: await ask(address, signal) })
}

async function otherAt(
  { url: text, lookup }: AgentOptions,
  signal: AbortSignal,
): Promise<OtherProtocol | undefined> {
  const url = new URL(text)
  return await protocolAt({ hostname: url.hostname, port: portOf(url), lookup }, signal)
}

/** With the port written out, as it is that of the other scheme. */
function hostAndPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80))
}

function certificatesIn(bundle: string): readonly X509Certificate[] {
  return bundle
    .split(/(?<=-----END CERTIFICATE-----)/)
    .filter(pem => pem.includes('-----BEGIN CERTIFICATE-----'))
    .flatMap(pem => {
      try {
        return [new X509Certificate(pem)]
      } catch {
        return []
      }
    })
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = certificate.subjectAltName?.split(', ') ?? []
  return {
    subject: nameIn(certificate.subject),
    issuer: nameIn(certificate.issuer),
    isAuthority: certificate.ca,
    names: names.flatMap(name => /^(?:DNS|IP Address):([A-Za-z0-9.:*_-]{1,253})$/.exec(name)?.[1] ?? []),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  }
}

/** What a person knows an authority by, without what would break a line or a sentence. */
function nameIn(subject: string): string {
  const [, name] = /^CN=(.*)$/m.exec(subject) ?? /^O=(.*)$/m.exec(subject) ?? []
  return (name ?? subject).replaceAll(/[\p{C}“”]/gu, ' ').slice(0, 64)
}
