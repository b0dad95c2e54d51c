/** What a kubeconfig says about TLS, read and tried: a broken file is found here, and not at each connection anew. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { decodeStrictly } from '../../embed/keys/pem.ts'
import type { TlsMaterial } from './access.ts'
import type { Chosen } from './chosen.ts'
import { textIn, type Entry } from './entry.ts'
import { fileFault, KubeconfigError } from './kubeconfig-error.ts'

/** @throws KubeconfigError that names the field and the file, and quotes nothing of it */
export async function tlsMaterial({ cluster, user }: Chosen): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    contentOf(cluster, 'certificate-authority'),
    contentOf(user, 'client-certificate'),
    contentOf(user, 'client-key'),
  ])
  const servername = textIn(cluster, 'tls-server-name')
  return {
    // An authority is trusted by itself, as by kubectl, also one that another has signed.
    ...(ca === undefined ? {} : { ca: certificatesIn(ca), allowPartialTrustChain: true }),
    ...login(cert, key),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    ...(servername === undefined ? {} : { servername }),
  }
}

interface Content {
  readonly bytes: Buffer
  /** For messages: the field, and its file. */
  readonly where: string
}

/** From the file that the field names, or from the field of the same name with `-data`. */
async function contentOf(entry: Entry, name: string): Promise<Content | undefined> {
  const path = textIn(entry, name)
  const data = textIn(entry, `${name}-data`)
  if (path !== undefined && data !== undefined)
    throw new KubeconfigError(`the kubeconfig has both ${name} and ${name}-data: leave one of them`)
  if (path !== undefined)
    return { bytes: await contentOfFile(path, name), where: `${name} of the kubeconfig (${path})` }
  if (data === undefined) return undefined
  const where = `${name}-data of the kubeconfig`
  const bytes = decodeStrictly(data.replaceAll(/\s/g, ''))
  if (bytes === undefined) throw new KubeconfigError(`${where} is no base64: correct it`)
  return { bytes: Buffer.from(bytes), where }
}

/** @throws KubeconfigError */
export async function contentOfFile(path: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    // A folder's error does not name it.
    throw fileFault(Object.assign(error as Error, { path }), name)
  }
}

/** The certificates of a bundle alone: Node reads one up to the first block that it does not like. */
function certificatesIn({ bytes, where }: Content): string {
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  const found = (blocks ?? []).flatMap(block => {
    try {
      return [new X509Certificate(block).toString()]
    } catch {
      return []
    }
  })
  if (found.length === 0)
    throw new KubeconfigError(`${where} holds no PEM certificate, or a damaged one: correct it`)
  return found.join('')
}

function login(cert: Content | undefined, key: Content | undefined): TlsMaterial {
  if (cert === undefined) return {}
  if (key === undefined)
    throw new KubeconfigError(`${cert.where} has no client-key beside it: name the key of that certificate`)
  if (!makesLogin(cert.bytes, key.bytes))
    throw new KubeconfigError(
      `${cert.where} and client-key are no PEM certificate and its own key without a passphrase: correct them`,
    )
  return { cert: cert.bytes, key: key.bytes }
}

/** Whether the two are a certificate and its key. What OpenSSL says of them could quote them, and is dropped. */
export function makesLogin(cert: string | Buffer, key: string | Buffer): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}
