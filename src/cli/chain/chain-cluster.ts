/** What is looked at in the cluster, as its admin. */
import { findCondition, isTrue, type Condition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type ConfigMap } from '../../api/core-objects.ts'
import { handoverName, partnerKeySecretName } from '../../api/names.ts'
import { keyOf, splitKey, type ObjectKey, type KubeObject } from '../../api/object.ts'
import { sleep, systemClock } from '../../core/clock.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { inspect } from '../../embed/inspect.ts'
import { Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import type { DataLensAnswer } from './samples.ts'

/** What goes to DataLens, as the partner finds it in the ConfigMap and the reader's Secret. */
export interface Handover {
  /** The partner's public keys as PEM, by version; those before the newest, too. */
  readonly publicKeys: ReadonlyMap<number, string>
  /** What DataLens has answered, as it stands in the PartnerKey. */
  readonly answer: DataLensAnswer | undefined
  readonly user: string
  readonly password: Redacted<string>
}

type Answer<T> = { readonly value: T } | { readonly waitingFor: string }

const withinMs = 60_000
const pollEveryMs = 150

export class ChainCluster {
  readonly #cluster: Cluster

  constructor(kubeconfig: string) {
    this.#cluster = new Cluster({ kubeconfig, context: undefined }, { environment: {} })
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
    const look = async (): Promise<Answer<Pick<Handover, 'answer'> & { readonly map: ConfigMap }>> => {
      const found = await this.#cluster.partnerKeys.get(key, signal)
      const ready = findCondition(found?.status?.conditions, 'Ready')
      const map = await this.#cluster.configMaps.get(handoverKey, signal)
      const answer = found?.spec.dataLens
      if ((answer !== undefined || ready?.reason === 'HandoverReady') && map !== undefined)
        return { value: { map, answer } }
      return { waitingFor: `PartnerKey ${key} to be ready for the hand-over: ${describe(ready)}` }
    }
    const { map, answer } = await eventually(look, signal)
    const { data = {} } = map
    const keyVersion = Number(data['keyVersion'])
    const publicKeys = new Map([[keyVersion, data['public.pem'] ?? '']])
    for (let version = 1; version < keyVersion; version++) {
      const pem = (await this.secret(`${namespace}/${partnerKeySecretName(name, version)}`, signal))?.[
        'public.pem'
      ]
      if (pem !== undefined) publicKeys.set(version, pem)
    }
    const login = await this.secret(`${namespace}/${data['passwordSecret'] ?? ''}`, signal)
    const password = new Redacted(login?.['password'] ?? '')
    return { publicKeys, answer, user: data['user'] ?? '', password }
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

  async hasPartnerKey(key: ObjectKey, signal: AbortSignal): Promise<boolean> {
    return (await this.#cluster.partnerKeys.get(key, signal)) !== undefined
  }

  /** The texts that a Secret holds, by name; undefined where there is none. */
  async secret(
    key: ObjectKey,
    signal: AbortSignal,
  ): Promise<Readonly<Partial<Record<string, string>>> | undefined> {
    const secret = await this.#cluster.secrets.get(key, signal)
    if (secret === undefined) return undefined
    return Object.fromEntries(Object.keys(secret.data ?? {}).map(name => [name, dataOf(secret, name)]))
  }

  /** Waits until the Secret holds a link to this embed. @returns its address. @throws CommandError */
  async link(key: ObjectKey, embedId: string, signal: AbortSignal): Promise<string> {
    return await eventually(async () => {
      const url = (await this.secret(key, signal))?.['url']
      const isLink = url !== undefined && inspect(url).embedId === embedId
      return isLink ? { value: url } : { waitingFor: `a link to the embed ${embedId} in the Secret ${key}` }
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
