import type { Clock } from '../../core/clock.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'

export interface TlsMaterial {
  readonly ca?: Pem
  readonly cert?: Pem
  readonly key?: string | Buffer
  readonly passphrase?: string
  readonly allowPartialTrustChain?: boolean
  readonly rejectUnauthorized?: boolean
  readonly servername?: string
}

type Pem = string | Buffer | (string | Buffer)[]

/** What it takes to reach an API server and be let in. */
export interface Access {
  /** Base URL without a trailing slash; it may have a path. */
  readonly server: string
  /** Authorization and impersonation. */
  readonly headers: Redacted<Readonly<Record<string, string | string[]>>>
  readonly tls: Redacted<TlsMaterial>
  /** http, https or socks5 URL; it may hold a password. */
  readonly proxy: Redacted<string> | undefined
  /** Changes with the server, the TLS material and the proxy: exactly when new connections are needed. */
  readonly connectionId: string
}

export type AccessParts = Omit<Access, 'connectionId'>

/** Reads the credentials anew. `rejected` is true when the server has just refused the last ones. */
export type AccessSource = (rejected: boolean, signal?: AbortSignal) => Promise<AccessParts>

export interface CredentialOptions {
  /** Path of a kubeconfig; without it `KUBECONFIG`, then the pod's ServiceAccount, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  /** Where the variables are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the Pod's own account is mounted. */
  readonly serviceAccountDir?: string
  /** Default: the system's. */
  readonly clock?: Clock
  /** Hears what exec plug-ins write to standard error, as it comes. What one said last is in its error, too. */
  readonly complain?: (text: string) => void
}
