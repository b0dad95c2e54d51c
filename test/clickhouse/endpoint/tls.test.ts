import { createServer } from 'node:https'
import { describe, expect, test } from 'vitest'
import type { Statement } from '../../../src/clickhouse/statements.ts'
import { listening } from '../../proxies/listening.ts'
import { issue, type CertificateWish, type Issued } from '../../proxies/test-chain.ts'
import { endpointInTest } from './endpoint-in-test.ts'

const never = new AbortController().signal
const read: Statement = { kind: 'readDatabases', sql: 'SELECT 1', what: 'list the databases', write: false }
const local = ['127.0.0.1']
const past = Date.UTC(2024, 0, 31, 12)
const future = Date.UTC(2090, 5, 1)

const root = issue({ commonName: 'Root A', authority: true })
const middle = issue({ commonName: 'Middle A', authority: true, issuer: root })
const good = issue({ commonName: 'ch1', issuer: middle, names: local })
const own = issue({ commonName: 'alone', names: local })
const other = issue({ commonName: 'Other', authority: true })
const impostor = issue({ commonName: 'Middle A', authority: true })
const staleRoot = issue({ commonName: 'Old Root', authority: true, from: past - 1_000, to: past })
const laterRoot = issue({ commonName: 'New Root', authority: true, from: future, to: future + 1_000 })
/** The same authority before it was renewed with its key. */
const rootBefore = issue({
  commonName: 'Root A',
  authority: true,
  keyPem: root.keyPem,
  from: past - 1_000,
  to: past,
})
const staleMiddle = issue({
  commonName: 'Old Middle',
  authority: true,
  issuer: root,
  from: past - 1_000,
  to: past,
})

/** What comes of a login at a server that shows these certificates: rows, or the message. */
async function outcome(shown: readonly Issued[], trusted: readonly Issued[] | undefined): Promise<string> {
  const cert = shown.map(({ certPem }) => certPem).join('')
  const logins: (string | undefined)[] = []
  const server = createServer({ cert, key: shown[0]?.keyPem ?? '' }, (request, response) => {
    logins.push(request.headers.authorization)
    response.end('[1]\n')
  })
  const port = await listening(server)
  const ca = trusted?.map(({ certPem }) => certPem).join('')
  const { endpoint } = endpointInTest(`https://127.0.0.1:${port}`, { ca })
  try {
    await endpoint.rows(read, never)
    return 'rows'
  } catch (error) {
    // Whoever is not trusted has not seen the password either.
    expect(logins).toEqual([])
    expect(error).toMatchObject({ code: 'tlsFailed', uncertain: false })
    return (error as Error).message.replace(`127.0.0.1:${port}: the TLS connection failed: `, '')
  }
}

function leaf(wish: Partial<CertificateWish>): Issued {
  return issue({ commonName: 'ch1', issuer: middle, names: local, ...wish })
}

describe('what is trusted, as by curl and Go', () => {
  test.each<[string, readonly Issued[], readonly Issued[]]>([
    ['the root', [good, middle], [root]],
    ['the root and the intermediate, of which the server shows neither', [good], [root, middle]],
    ['the intermediate alone', [good], [middle]],
    ['the intermediate alone, which the server shows too', [good, middle], [middle]],
    ['the server’s own certificate', [good], [good]],
    ['the server’s own certificate, beside its chain', [good, middle], [good]],
    ['a certificate that signs itself', [own], [own]],
    ['the right one among others', [good, middle], [other, middle, staleRoot]],
    ['a renewed one, beside what it was before', [good, middle], [rootBefore, root]],
  ])('%s', async (_name, shown, trusted) => {
    expect(await outcome(shown, trusted)).toBe('rows')
  })
})

describe('what is refused, and the sentence that says what to do', () => {
  const put = 'put that one’s certificate into'
  const inSecret = 'the Secret of spec.tls.caSecretRef'
  test.each<[string, readonly Issued[], readonly Issued[] | undefined, string]>([
    [
      'an unknown authority',
      [good, middle],
      [other],
      `the server’s certificate comes from the authority “Root A”, which is not among those of spec.tls.caSecretRef: ${put} ${inSecret}`,
    ],
    [
      'a server that leaves its intermediate out',
      [good],
      [root],
      `the server’s certificate comes from the authority “Middle A”, which is not among those of spec.tls.caSecretRef: ${put} ${inSecret}, or let the server send it`,
    ],
    [
      'no authority of its own',
      [good, middle],
      undefined,
      `the server’s certificate comes from the authority “Root A”, which is not among those of the system: ${put} a Secret, and name that in spec.tls.caSecretRef`,
    ],
    [
      'a certificate that signs itself',
      [own],
      [other],
      `the server’s certificate is signed by itself, and is not among those of spec.tls.caSecretRef: put it into ${inSecret}`,
    ],
    [
      'an authority of the same name with another key',
      [good],
      [impostor],
      `the server’s certificate comes from the authority “Middle A”, and the one of that name among those of spec.tls.caSecretRef has another key: put the present one’s certificate into ${inSecret}, or let the server send it`,
    ],
    [
      'a certificate that may not sign as the authority',
      [issue({ commonName: 'ch1', issuer: own, names: local })],
      [own],
      'the certificate “alone”, which has signed the server’s, is not an authority’s (basicConstraints CA:TRUE): make it anew as one, and the server’s with it',
    ],
    [
      'the right authority behind another of its name, where nothing else tells them apart',
      [good],
      [impostor, middle],
      'spec.tls.caSecretRef holds several certificates of the authority “Middle A” with different keys, and not always the right one is tried: leave only the one that signs now in its Secret',
    ],
    [
      'expired, beside authorities that have ended long ago and sign nothing here',
      [leaf({ from: past - 1_000, to: past + 86_400_000 }), middle],
      [staleRoot, root, laterRoot],
      'the server’s certificate expired on 2024-02-01T12:00:00Z: put a new one there',
    ],
    [
      'not yet valid, beside authorities that are not either, and sign nothing here',
      [leaf({ from: future - 86_400_000, to: future }), middle],
      [laterRoot, root],
      'the server’s certificate is not valid before 2090-05-31T00:00:00Z: put another one there, or set the clocks right',
    ],
    [
      'an expired intermediate, which the server shows',
      [leaf({ issuer: staleMiddle }), staleMiddle],
      [root, staleRoot],
      'the certificate of the authority “Old Middle”, which the server shows, expired on 2024-01-31T12:00:00Z: put a new one there',
    ],
    [
      'expired together with its authority',
      [leaf({ issuer: staleRoot, from: past - 1_000, to: past })],
      [root, staleRoot],
      'the server’s certificate expired on 2024-01-31T12:00:00Z, and the certificate of the authority “Old Root”, of spec.tls.caSecretRef, expired on 2024-01-31T12:00:00Z: put new ones there',
    ],
    [
      'an authority that was renewed, and only its old certificate is at hand',
      [good, middle],
      [rootBefore],
      'the certificate of the authority “Root A”, of spec.tls.caSecretRef, expired on 2024-01-31T12:00:00Z: put a new one there',
    ],
    [
      'expired',
      [leaf({ from: past - 1_000, to: past }), middle],
      [root],
      'the server’s certificate expired on 2024-01-31T12:00:00Z: put a new one there',
    ],
    [
      'the server’s own as the anchor, and expired',
      [leaf({ from: past - 1_000, to: past })],
      [middle],
      'the server’s certificate expired on 2024-01-31T12:00:00Z: put a new one there',
    ],
    [
      'an expired authority',
      [issue({ commonName: 'ch1', issuer: staleRoot, names: local })],
      [staleRoot],
      'the certificate of the authority “Old Root”, of spec.tls.caSecretRef, expired on 2024-01-31T12:00:00Z: put a new one there',
    ],
    [
      'not yet valid',
      [leaf({ from: future, to: future + 1_000 }), middle],
      [root],
      'the server’s certificate is not valid before 2090-06-01T00:00:00Z: put another one there, or set the clocks right',
    ],
    [
      'another host',
      [leaf({ names: ['ch1.data', 'ch2.data', '10.0.0.1'] }), middle],
      [root],
      'the server’s certificate is for ch1.data, ch2.data, 10.0.0.1, and not for 127.0.0.1: write a name in spec.endpoints that it is for, or make one for this name',
    ],
    [
      'no host at all, the anchor itself',
      [leaf({ names: [] })],
      [middle],
      'the server’s certificate names no host, so none for 127.0.0.1: make one that does',
    ],
  ])('%s', async (_name, shown, trusted, says) => {
    expect(await outcome(shown, trusted)).toBe(says)
  })

  test('a name that somebody else wrote breaks no line', async () => {
    const hostile = issue({ commonName: `a\nb\u001B[31m${'x'.repeat(50)}`, authority: true })
    const message = await outcome([issue({ commonName: 'ch1', issuer: hostile, names: local })], [other])
    expect(message).toMatch(/^the server’s certificate comes from the authority “[^“”\p{C}]{1,64}”, /u)
  })
})

describe('when the certificate ends', () => {
  const day = 86_400_000
  const inDays = (days: number): number => Math.floor((Date.now() + days * day) / 1_000) * 1_000

  test('is told of what the server shows, also once it was renewed', async () => {
    const [first, second] = [inDays(20), inDays(300)]
    const shown = issue({ commonName: 'ch1', issuer: root, names: local, to: first })
    const renewed = issue({ commonName: 'ch1', issuer: root, names: local, to: second })
    // As a server that reads a new certificate while it runs: sessions of before go on.
    const ticketKeys = Buffer.alloc(48, 7)
    const server = createServer(
      { cert: shown.certPem, key: shown.keyPem, ticketKeys },
      (_request, response) => {
        // As a server ends connections that nobody has used for a while.
        response.setHeader('connection', 'close').end('[1]\n')
      },
    )
    const port = await listening(server)
    const told: number[] = []
    const { endpoint } = endpointInTest(`https://127.0.0.1:${port}`, {
      ca: root.certPem,
      onCertificate: endsAt => told.push(endsAt),
    })
    await endpoint.rows(read, never)
    server.setSecureContext({ cert: renewed.certPem, key: renewed.keyPem, ticketKeys })
    await endpoint.rows(read, never)
    expect(told).toEqual([first, second])
  })
})
