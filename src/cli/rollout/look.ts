/** Looks at a rollout, again and again if need be, and reads no more than what may have changed. */
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Clock } from '../../core/clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { readPartnerKey } from '../partner-key/read.ts'
import { readCanary, readFaults } from './details.ts'
import { hasEnded, noDetails, viewRollout, type RolloutView } from '../partner-key/view.ts'

export interface LookOptions {
  readonly clock: Clock
  /** Looks are repeated until the rollout ends: what is not shown before is read only then. */
  readonly waits: boolean
}

/** A look is one small request. Tenants are read only when the PartnerKey has changed, or while the canary moves. */
export function lookerAt(
  cluster: Pick<Cluster, 'namespace' | 'partnerKeys' | 'tenants'>,
  name: string,
  { clock, waits }: LookOptions,
): (signal: AbortSignal) => Promise<RolloutView> {
  const faults = remembered<Awaited<ReturnType<typeof readFaults>>>()
  const canary = remembered<Awaited<ReturnType<typeof readCanary>>>()
  let looks = 0
  return async signal => {
    const partnerKey = await readPartnerKey(cluster, name, signal)
    if (partnerKey.status?.conditions === undefined) return viewRollout(partnerKey, noDetails)
    looks += 1
    const all = !waits || hasEnded(viewRollout(partnerKey))
    // A canary moves from second to second, while the status is written less often.
    const moves = partnerKey.status.rollout?.phase === 'Canary'
    const [found, counted] = await Promise.all([
      faults(faultsKey(partnerKey, all), () =>
        readFaults(partnerKey, { tenants: cluster.tenants, all, now: clock.now() }, signal),
      ),
      canary(moves ? `look ${looks}` : `version ${partnerKey.metadata.resourceVersion}`, () =>
        readCanary(cluster.tenants, partnerKey, signal),
      ),
    ])
    return viewRollout(partnerKey, { ...found, canary: counted })
  }
}

function faultsKey({ status }: PartnerKey, all: boolean): string {
  const { failed, skipped, failedTenants, skippedTenants } = status?.rollout ?? {}
  return JSON.stringify([all, status?.target, failed, skipped, failedTenants, skippedTenants])
}

/** Reads anew only when the key is another one. */
function remembered<T>(): (key: string, read: () => Promise<T>) => Promise<T> {
  let known: { readonly key: string; readonly value: T } | undefined
  return async (key, read) => {
    if (known?.key !== key) known = { key, value: await read() }
    return known.value
  }
}
