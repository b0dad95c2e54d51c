/** What the partner sends to DataLens, in a ConfigMap for people and GitOps to read. Holds no secret. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { readerSecretName } from '../../api/names.ts'

export interface HandoverKey {
  readonly version: number
  readonly fingerprint: string
  /** SPKI. */
  readonly publicPem: string
}

/** How DataLens reaches the server. */
export interface HandoverServer {
  readonly hosts: readonly string[]
  readonly port: number
  readonly user: string
  /** The name of the Secret with the password. DataLens needs its content, too, but that is never copied. */
  readonly passwordSecret: string
}

const defaultPorts: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 }

export function handoverServer(connection: ClickHouseConnection): HandoverServer {
  const { endpoints, handover, reader } = connection.spec
  const urls = endpoints.map(endpoint => new URL(endpoint))
  const [first] = urls
  const ownPort =
    first === undefined || first.port === '' ? defaultPorts[first?.protocol ?? ''] : Number(first.port)
  return {
    hosts: handover?.hosts ?? [...new Set(urls.map(({ hostname }) => hostname))],
    port: handover?.port ?? ownPort ?? 8443,
    user: reader.user,
    passwordSecret: readerSecretName(connection),
  }
}

export function handoverData(key: HandoverKey, server: HandoverServer): Record<string, string> {
  return {
    keyVersion: String(key.version),
    fingerprint: key.fingerprint,
    'public.pem': key.publicPem,
    hosts: server.hosts.join('\n'),
    port: String(server.port),
    user: server.user,
    passwordSecret: server.passwordSecret,
    'README.txt': text(key, server),
  }
}

function text(key: HandoverKey, server: HandoverServer): string {
  return `Send this to DataLens for your connector:

- public key, version ${key.version}: the content of public.pem
  (fingerprint ${key.fingerprint}; ask them to confirm it)
- ClickHouse hosts: ${server.hosts.join(', ')}; HTTP interface, port ${server.port}
- user: ${server.user}
- password: in the Secret "${server.passwordSecret}" of this namespace, key "password".
  Send it separately, over another channel.

The first time DataLens answers with its own public key and that key’s version:
put both into spec.dataLens of the PartnerKey. Until then no token is made.

Later, for a new version of your key, it confirms version and fingerprint: commit
both in spec.dataLens.accepts if you use that, or end the pause.
`
}
