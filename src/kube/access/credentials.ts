import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { Redacted } from '../../core/redacted.ts'

export interface TlsMaterial {
  readonly ca?: Pem
  readonly cert?: Pem
  readonly key?: string | Buffer
  readonly passphrase?: string
  readonly rejectUnauthorized?: boolean
  readonly servername?: string
}

type Pem = string | Buffer | (string | Buffer)[]

/** All that one needs to reach an API server and be let in. */
export interface Access {
  /** Base URL without a trailing slash; it may have a path. */
  readonly server: string
  /** Authorization and impersonation. */
  readonly headers: Redacted<Readonly<Record<string, string>>>
  readonly tls: Redacted<TlsMaterial>
  /** http, https or socks5 URL; it may hold a password. */
  readonly proxy: Redacted<string> | undefined
  /** Changes exactly when new connections are needed: server, TLS material or proxy differ. */
  readonly connectionId: string
}

export type AccessParts = Omit<Access, 'connectionId'>

/** Reads the credentials anew. `rejected` is true when the server has just refused the last ones. */
export type AccessSource = (rejected: boolean) => Promise<AccessParts>

/** Projected tokens and mounted certificates change at most every few minutes; client-go uses a minute too. */
const longestUseMs = 60_000

/**
 * The credentials in use, read again at most once a minute, and at once when the server refused them. A
 * reading that fails keeps the last ones, as files are replaced while one looks.
 */
export class Credentials {
  readonly #source: AccessSource
  readonly #clock: Clock
  #access: Access | undefined
  #readAt = 0
  #reading: Promise<Access> | undefined

  constructor(source: AccessSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** Those in use, unless they have to be read anew: in the common case nobody waits. */
  get cached(): Access | undefined {
    return this.#clock.monotonic() - this.#readAt < longestUseMs ? this.#access : undefined
  }

  async current(): Promise<Access> {
    return this.cached ?? (await this.#read(false))
  }

  /** Reads anew unless somebody else already has since `refused` was handed out. */
  async renew(refused: Access): Promise<Access> {
    if (this.#access !== undefined && this.#access !== refused) return this.#access
    return await this.#read(true)
  }

  #read(rejected: boolean): Promise<Access> {
    this.#reading ??= this.#readOnce(rejected).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOnce(rejected: boolean): Promise<Access> {
    try {
      const parts = await this.#source(rejected)
      this.#access = { ...parts, connectionId: connectionIdOf(parts) }
    } catch (error) {
      if (this.#access === undefined) throw error
    }
    this.#readAt = this.#clock.monotonic()
    return this.#access
  }
}

function connectionIdOf(parts: AccessParts): string {
  const hash = createHash('sha256')
    .update(parts.server)
    .update('\0')
    .update(parts.proxy?.reveal() ?? '')
  for (const [name, value] of Object.entries(parts.tls.reveal()).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${name}\0`)
    hash.update(Buffer.isBuffer(value) ? value : String(value))
  }
  return hash.digest('base64')
}

/** Where Kubernetes mounts a Pod's account by itself. */
export const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount'

export interface CredentialOptions {
  /** Path of a kubeconfig; without it `KUBECONFIG`, then the pod's ServiceAccount, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  /** Where the variables are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the Pod's own account is mounted. */
  readonly serviceAccountDir?: string
}

/** Where credentials come from, in the order that kubectl has. Reads nothing yet. */
export function accessSource(options: CredentialOptions): AccessSource {
  const { env } = options
  const folder = options.serviceAccountDir ?? serviceAccountDir
  if (options.kubeconfig === undefined && !env['KUBECONFIG'] && env['KUBERNETES_SERVICE_HOST']) {
    if (existsSync(`${folder}/token`)) return serviceAccountSource(folder, env)
  }
  let source: AccessSource | undefined
  return async rejected => {
    source ??= (await import('./kubeconfig.ts')).kubeconfigSource(options)
    return await source(rejected)
  }
}

/**
 * Three files and two variables. Read here and not by KubeConfig, because loading @kubernetes/client-node
 * costs some 60 MB and half a second, which a pod need not pay.
 */
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
