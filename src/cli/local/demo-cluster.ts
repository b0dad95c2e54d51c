/** What the demo looks at in the cluster, as its admin. */
import { clickHouseConnection, type ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition, isTrue, type Condition } from '../../api/conditions.ts'
import { connectorTenant, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type ConfigMap, type Secret } from '../../api/core-objects.ts'
import { handoverName } from '../../api/names.ts'
import { keyOf, type ObjectKey, type KubeObject } from '../../api/object.ts'
import { partnerKey, type PartnerKey } from '../../api/partner-key.ts'
import { sleep, systemClock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import { Redacted } from '../../core/redacted.ts'
import { accessSource } from '../../kube/access/credentials.ts'
import { ResourceClient } from '../../kube/objects/resource-client.ts'
import { configMaps, secrets } from '../../kube/objects/resources.ts'
import { Transport } from '../../kube/call/transport.ts'

/** Something did not come about in time; the message says what was there instead. */
export class DemoError extends CodedError<'notInTime'> {}

/** What goes to DataLens, as the partner finds it in the ConfigMap and the reader's Secret. */
export interface Handover {
  readonly keyVersion: number
  readonly publicPem: string
  readonly user: string
  readonly password: Redacted<string>
}

type Answer<T> = { readonly value: T } | { readonly waitingFor: string }

const withinMs = 60_000
const pollEveryMs = 150

export class DemoCluster {
  readonly #transport: Transport
  readonly #tenants: ResourceClient<ConnectorTenant>
  readonly #connections: ResourceClient<ClickHouseConnection>
  readonly #partnerKeys: ResourceClient<PartnerKey>
  readonly #secrets: ResourceClient<Secret>
  readonly #configMaps: ResourceClient<ConfigMap>

  constructor(kubeconfig: string) {
    this.#transport = new Transport({
      access: accessSource({ kubeconfig, env: {} }),
      clock: systemClock,
      random: Math.random,
    })
    this.#tenants = new ResourceClient<ConnectorTenant>(this.#transport, connectorTenant)
    this.#connections = new ResourceClient<ClickHouseConnection>(this.#transport, clickHouseConnection)
    this.#partnerKeys = new ResourceClient<PartnerKey>(this.#transport, partnerKey)
    this.#secrets = new ResourceClient(this.#transport, secrets)
    this.#configMaps = new ResourceClient(this.#transport, configMaps)
  }

  /** Waits until the server answers and the reader has been tried. @returns the server's version. @throws {DemoError} */
  async connectionReady(key: ObjectKey, signal: AbortSignal): Promise<string> {
    return await eventually(async () => {
      const { status } = (await this.#connections.get(key, signal)) ?? {}
      const wanted = (['Ready', 'ReaderVerified'] as const).map(type =>
        findCondition(status?.conditions, type),
      )
      const wrong = wanted.find(condition => condition?.status !== 'True')
      if (wanted.every(condition => condition?.status === 'True'))
        return { value: status?.serverVersion ?? '' }
      return { waitingFor: `ClickHouseConnection ${key}: ${describe(wrong)}` }
    }, signal)
  }

  /** Waits until the key is made and can be handed over. @throws {DemoError} */
  async handover(key: ObjectKey, signal: AbortSignal): Promise<Handover> {
    const namespace = key.split('/')[0] ?? ''
    const handoverKey = `${namespace}/${handoverName(key.split('/')[1] ?? '')}`
    const look = async (): Promise<Answer<ConfigMap>> => {
      const found = await this.#partnerKeys.get(key, signal)
      const ready = findCondition(found?.status?.conditions, 'Ready')
      const map = await this.#configMaps.get(handoverKey, signal)
      if (ready?.reason === 'HandoverReady' && map !== undefined) return { value: map }
      return { waitingFor: `PartnerKey ${key} to be ready for the hand-over: ${describe(ready)}` }
    }
    const { data = {} } = await eventually(look, signal)
    const secret = await this.#secrets.get(`${namespace}/${data['passwordSecret'] ?? ''}`, signal)
    return {
      keyVersion: Number(data['keyVersion']),
      publicPem: data['public.pem'] ?? '',
      user: data['user'] ?? '',
      password: new Redacted((secret && dataOf(secret, 'password')) ?? ''),
    }
  }

  /** Waits until each of them has a token or has been refused. @throws {DemoError} */
  async settledTenants(
    wanted: readonly KubeObject[],
    signal: AbortSignal,
  ): Promise<readonly ConnectorTenant[]> {
    const names = new Set(wanted.map(keyOf))
    return await eventually(async () => {
      const found = (await this.#tenants.list({}, signal)).filter(tenant => names.has(keyOf(tenant)))
      const open = found.find(tenant => !isSettled(tenant))
      if (open !== undefined) {
        return { waitingFor: `ConnectorTenant ${keyOf(open)}: ${describe(readyOf(open))}` }
      }
      if (found.length === names.size) return { value: found }
      return { waitingFor: `${names.size} ConnectorTenants, of which ${found.length} are there` }
    }, signal)
  }

  /** The token that a Secret holds, or undefined. */
  async token(key: ObjectKey, signal: AbortSignal): Promise<string | undefined> {
    const secret = await this.#secrets.get(key, signal)
    return secret && dataOf(secret, 'token')
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }
}

export function readyOf(tenant: ConnectorTenant): Condition | undefined {
  return findCondition(tenant.status?.conditions, 'Ready')
}

/** Nothing more will come of it by itself. */
function isSettled(tenant: ConnectorTenant): boolean {
  const conditions = tenant.status?.conditions
  return isTrue(conditions, 'Ready') || isTrue(conditions, 'Stalled')
}

function describe(condition: Condition | undefined): string {
  return condition === undefined ? 'no word yet' : `${condition.reason}: ${condition.message}`
}

async function eventually<T>(look: () => Promise<Answer<T>>, signal: AbortSignal): Promise<T> {
  const deadline = systemClock.monotonic() + withinMs
  for (;;) {
    const answer = await look()
    if ('value' in answer) return answer.value
    if (systemClock.monotonic() > deadline) {
      throw new DemoError('notInTime', `waited ${withinMs / 1000} s for ${answer.waitingFor}`)
    }
    await sleep(systemClock, pollEveryMs, signal)
  }
}
