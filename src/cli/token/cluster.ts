/** What `verify` reads from a cluster: a token's Secret, and the ledger with the public keys that it was made with. */
import { connectorTenant, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import { ledgerName, partnerKeyOf } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { systemClock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import { accessSource, type CredentialOptions } from '../../kube/access/credentials.ts'
import { ResourceClient } from '../../kube/objects/resource-client.ts'
import { configMaps, secrets } from '../../kube/objects/resources.ts'
import { Transport } from '../../kube/call/transport.ts'
import { readLedger, type Ledger } from '../../partner-key/keys/ledger.ts'

export class ClusterReadError extends CodedError<
  'secretMissing' | 'tokenMissing' | 'ownerUnknown' | 'ledgerMissing'
> {}

export class VerifyCluster {
  readonly #transport: Transport

  constructor(options: CredentialOptions) {
    this.#transport = new Transport({
      access: accessSource(options),
      clock: systemClock,
      random: Math.random,
    })
  }

  /** @throws ClusterReadError, KubeError */
  async secret(key: ObjectKey, signal: AbortSignal): Promise<Secret & { readonly token: string }> {
    const secret = await new ResourceClient(this.#transport, secrets).get(key, signal)
    if (secret === undefined) throw new ClusterReadError('secretMissing', `there is no Secret ${key}`)
    const token = dataOf(secret, 'token')
    if (token !== undefined) return { ...secret, token }
    throw new ClusterReadError('tokenMissing', `the Secret ${key} has no "token" in it`)
  }

  /** `namespace/name` of the PartnerKey that the token in this Secret was made with. @throws as above */
  async partnerKeyOf(secret: Secret, signal: AbortSignal): Promise<ObjectKey> {
    const [kind, namespace, name] = secret.metadata.annotations?.[annotations.owner]?.split('/') ?? []
    const tenants = new ResourceClient<ConnectorTenant>(this.#transport, connectorTenant)
    const isOurs = kind === 'ConnectorTenant' && namespace === secret.metadata.namespace
    const tenant = isOurs ? await tenants.get(`${namespace}/${name ?? ''}`, signal) : undefined
    if (tenant !== undefined) return partnerKeyOf(tenant)
    const message = 'no ConnectorTenant owns this Secret, so say whose keys to use: --ledger or --partner-key'
    throw new ClusterReadError('ownerUnknown', message)
  }

  /** @param partnerKey `namespace/name`. @throws as above */
  async ledger(partnerKey: ObjectKey, signal: AbortSignal): Promise<Ledger> {
    const { namespace, name } = splitKey(partnerKey)
    const key = `${namespace}/${ledgerName(name)}`
    const map = await new ResourceClient(this.#transport, configMaps).get(key, signal)
    if (map !== undefined) return readLedger(map.data)
    throw new ClusterReadError(
      'ledgerMissing',
      `there is no ConfigMap ${key}, the ledger of PartnerKey ${partnerKey}`,
    )
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }
}
