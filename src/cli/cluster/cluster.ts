/** The cluster as a command's caller may see it: with the rights of their kubeconfig, and no others. */
import { clickHouseConnection, type ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { connectorTenant, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { isObjectName } from '../../api/fields/fields.ts'
import type { ConfigMap, Namespace, Secret } from '../../api/core-objects.ts'
import { splitKey, type ObjectKey, type KubeObject } from '../../api/object.ts'
import { partnerKey, type PartnerKey } from '../../api/partner-key.ts'
import { secureEmbed, type SecureEmbed } from '../../api/secure-embed.ts'
import { namespace } from '../../config/flag-values.ts'
import { UsageError, type Flags } from '../../config/flags.ts'
import { systemClock } from '../../core/clock.ts'
import { userAgentOf } from '../../core/version.ts'
import type { CredentialOptions } from '../../kube/access/access.ts'
import { accessSource } from '../../kube/access/access-source.ts'
import { isKubeError } from '../../kube/errors.ts'
import { ResourceClient } from '../../kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets, type ResourceType } from '../../kube/objects/resources.ts'
import { Transport } from '../../kube/call/transport.ts'
import { CommandError } from '../frame/command-error.ts'
import type { Terminal } from '../frame/command.ts'

export const clusterFlags = {
  kubeconfig: {
    type: 'string',
    placeholder: 'FILE',
    description: 'how to reach the cluster; default as kubectl has it',
  },
  context: { type: 'string', placeholder: 'NAME', description: 'the kubeconfig’s context to use' },
} as const satisfies Flags

export const namespaceFlag = {
  namespace: {
    type: 'string',
    short: 'n',
    placeholder: 'NAMESPACE',
    description: 'where to look; default that of the kubeconfig’s context',
    parse: namespace,
  },
} as const satisfies Flags

export interface ClusterOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace?: string | undefined
}

/** Marks people's changes, so that nobody takes them for the operator's. */
const fieldManager = 'lenskeeper-cli'

export class Cluster {
  readonly connections: ResourceClient<ClickHouseConnection>
  readonly partnerKeys: ResourceClient<PartnerKey>
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly embeds: ResourceClient<SecureEmbed>
  readonly secrets: ResourceClient<Secret>
  readonly configMaps: ResourceClient<ConfigMap>
  readonly namespaces: ResourceClient<Namespace>
  readonly #transport: Transport
  readonly #options: ClusterOptions & CredentialOptions

  constructor(
    options: ClusterOptions,
    { environment, complain }: Pick<Terminal, 'environment'> & Partial<Pick<Terminal, 'complain'>>,
  ) {
    this.#options = { ...options, env: environment, ...(complain === undefined ? {} : { complain }) }
    const access = accessSource(this.#options)
    this.#transport = new Transport({
      access,
      clock: systemClock,
      random: Math.random,
      userAgent: userAgentOf(fieldManager),
    })
    this.connections = this.client<ClickHouseConnection>(clickHouseConnection)
    this.partnerKeys = this.client<PartnerKey>(partnerKey)
    this.tenants = this.client<ConnectorTenant>(connectorTenant)
    this.embeds = this.client<SecureEmbed>(secureEmbed)
    this.secrets = this.client(secrets)
    this.configMaps = this.client(configMaps)
    this.namespaces = this.client<Namespace>(namespaces)
  }

  /** For commands that are about all kinds. */
  client<T extends KubeObject>(type: ResourceType<T>): ResourceClient<T> {
    return new ResourceClient<T>(this.#transport, type, fieldManager)
  }

  /** The flag's, or else the one that kubectl would use. */
  async namespace(): Promise<string> {
    const { namespace } = this.#options
    if (namespace !== undefined) return namespace
    const { currentNamespace } = await import('../../kube/access/current-namespace.ts')
    return currentNamespace(this.#options)
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }
}

export async function withCluster<T>(
  options: ClusterOptions,
  terminal: Terminal,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = new Cluster(options, terminal)
  try {
    return await work(cluster)
  } finally {
    await cluster.close()
  }
}

/** `forbidden`: the caller may not read it. The command says so and goes on. */
export type Readable<T> = T | undefined | 'forbidden'

export async function readable<T>(reading: Promise<T | undefined>): Promise<Readable<T>> {
  try {
    return await reading
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return 'forbidden'
    throw error
  }
}

export async function readableObject<T extends KubeObject>(
  client: ResourceClient<T>,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<Readable<T>> {
  return await readable(client.get(key, signal))
}

/** For a command that cannot go on without the object. */
export function absent(kind: string, key: ObjectKey): CommandError {
  const { namespace, name } = splitKey(key)
  return new CommandError(`there is no ${kind} "${name}" in namespace "${namespace}"`)
}

/** @throws UsageError that does not quote the text, which may be a secret in the wrong place */
export function nameArgument(text: string | undefined, what: string): string {
  if (text !== undefined && isObjectName(text)) return text
  throw new UsageError(
    text === undefined ? `which ${what}? Give its name` : `that is not the name of a ${what}`,
  )
}
