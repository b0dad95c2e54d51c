/** What the demo looks at in the cluster, as its admin. */
import { findCondition, isTrue, type Condition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type ConfigMap } from '../../api/core-objects.ts'
import { handoverName } from '../../api/names.ts'
import { keyOf, splitKey, type ObjectKey, type KubeObject } from '../../api/object.ts'
import { sleep, systemClock } from '../../core/clock.ts'
import { Redacted } from '../../core/redacted.ts'
import { Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'

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
  readonly #cluster: Cluster

  constructor(kubeconfig: string) {
    this.#cluster = new Cluster({ kubeconfig, context: undefined }, {})
  }

  /** Waits until the server answers and the reader is verified. @returns the server's version. @throws CommandError */
  async connectionReady(key: ObjectKey, signal: AbortSignal): Promise<string> {
    return await eventually(async () => {
      const { status } = (await this.#cluster.connections.get(key, signal)) ?? {}
      const wanted = (['Ready', 'ReaderVerified'] as const).map(type =>
        findCondition(status?.conditions, type),
      )
      const wrong = wanted.find(condition => condition?.status !== 'True')
      if (wanted.every(condition => condition?.status === 'True'))
        return { value: status?.serverVersion ?? '' }
      return { waitingFor: `ClickHouseConnection ${key}: ${describe(wrong)}` }
    }, signal)
  }

  /** Waits until the key is made and can be handed over. @throws CommandError */
  async handover(key: ObjectKey, signal: AbortSignal): Promise<Handover> {
    const { namespace, name } = splitKey(key)
    const handoverKey = `${namespace}/${handoverName(name)}`
    const look = async (): Promise<Answer<ConfigMap>> => {
      const found = await this.#cluster.partnerKeys.get(key, signal)
      const ready = findCondition(found?.status?.conditions, 'Ready')
      const map = await this.#cluster.configMaps.get(handoverKey, signal)
      if (ready?.reason === 'HandoverReady' && map !== undefined) return { value: map }
      return { waitingFor: `PartnerKey ${key} to be ready for the hand-over: ${describe(ready)}` }
    }
    const { data = {} } = await eventually(look, signal)
    const secret = await this.#cluster.secrets.get(`${namespace}/${data['passwordSecret'] ?? ''}`, signal)
    return {
      keyVersion: Number(data['keyVersion']),
      publicPem: data['public.pem'] ?? '',
      user: data['user'] ?? '',
      password: new Redacted((secret && dataOf(secret, 'password')) ?? ''),
    }
  }

  /** Waits until each of them has a token or has been refused. @throws CommandError */
  async settledTenants(
    wanted: readonly KubeObject[],
    signal: AbortSignal,
  ): Promise<readonly ConnectorTenant[]> {
    const names = new Set(wanted.map(keyOf))
    return await eventually(async () => {
      const found = (await this.#cluster.tenants.list({}, signal)).filter(tenant => names.has(keyOf(tenant)))
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
    const secret = await this.#cluster.secrets.get(key, signal)
    return secret && dataOf(secret, 'token')
  }

  /** Waits until the Secret holds a link. @returns its address. @throws CommandError */
  async link(key: ObjectKey, signal: AbortSignal): Promise<string> {
    return await eventually(async () => {
      const secret = await this.#cluster.secrets.get(key, signal)
      const url = secret && dataOf(secret, 'url')
      return url === undefined ? { waitingFor: `a link in the Secret ${key}` } : { value: url }
    }, signal)
  }

  async close(): Promise<void> {
    await this.#cluster.close()
  }
}

export function readyOf(tenant: ConnectorTenant): Condition | undefined {
  return findCondition(tenant.status?.conditions, 'Ready')
}

/** Whether the tenant is ready, or will not get ready by itself. */
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
      throw new CommandError(`waited ${withinMs / 1000} s for ${answer.waitingFor}`)
    }
    await sleep(systemClock, pollEveryMs, signal)
  }
}
