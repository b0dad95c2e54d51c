/**
 * PartnerKey: the keys of both sides, what is handed over to DataLens, and how a new pair rolls out.
 *
 * A run makes and records keys until there is none left to make, puts them into the ring, and reports.
 * Guarantees: A private key is in its Secret before the ledger names it, and in the ledger before any token is made
 * with it. A version never changes its key. No key is deleted, and none that was lost is made anew.
 * Assumes: Tenants obey `pairFor` on the status that is written here.
 * When a PartnerKey is deleted, its keys stay. If it is applied again, it finds them.
 */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { ConfigMap, Secret } from '../api/core-objects.ts'
import type { ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import { settled, type Outcome } from '../core/outcome.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { Store } from '../runtime/cache/store.ts'
import { runSteps, type Run } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Logger } from '../telemetry/log.ts'
import { applyStep } from './apply.ts'
import { announceSteps, type Announcements } from './events.ts'
import { keySecretIndex } from './keys/key-secret.ts'
import { observe, type Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import { planPartnerKey, type Plan } from './plan.ts'
import { report, type Memory } from './report.ts'
import { describeStep, type Step } from './steps.ts'
import { Tally } from './tenants/tally.ts'

export interface PartnerKeyDeps extends Sources {
  /** With an index `partnerKey`: `namespace/name` of the PartnerKey that the tenant refers to. */
  readonly tenants: Store<ConnectorTenant>
  readonly partnerKeyClient: ResourceClient<PartnerKey>
  readonly secretClient: Pick<ResourceClient<Secret>, 'get' | 'create' | 'mergePatch'>
  readonly configMapClient: Pick<ResourceClient<ConfigMap>, 'get' | 'create' | 'mergePatch'>
  readonly events: Announcements
  readonly log: Logger
  /** Wakes a PartnerKey within so many milliseconds, as its tenants or their Secrets have changed. */
  readonly wakePartnerKey: (key: ObjectKey, afterMs: number) => void
}

export interface PartnerKeyController {
  /** Follows the stores from the start; close it when the controller stops. */
  readonly tally: Tally
  readonly reconcile: (key: ObjectKey, signal: AbortSignal) => Promise<Outcome>
}

interface Deps extends PartnerKeyDeps {
  readonly tally: Tally
  readonly memories: Map<ObjectKey, Memory>
}

/** Rounds of one reconcile: one makes a key Secret, one records it, one sees both, and one is to spare. */
const mostRounds = 4

/** Adds the index `keySecret` to the store of Secrets, so there can be one controller a store. */
export function createPartnerKeyController(given: PartnerKeyDeps): PartnerKeyController {
  const memories = new Map<ObjectKey, Memory>()
  given.secrets.addIndex('keySecret', keySecretIndex)
  const tally = new Tally({ ...given, wake: given.wakePartnerKey })
  const deps: Deps = { ...given, tally, memories }
  return {
    tally,
    async reconcile(key, signal) {
      for (let round = 1; ; round++) {
        const seen = await observe(key, deps, signal)
        if (seen === undefined) return forget(key, deps)
        const plan = planPartnerKey(seen, memories.get(key)?.rollout)
        const anew = plan.again && !seen.observing
        if (!anew) deps.keyRing.put(key, plan.keys.atHand)
        if (seen.partnerKey.metadata.deletionTimestamp !== undefined) return settled
        const run = await act(seen, plan, deps, signal)
        if (run.failure?.error instanceof StaleView) throw run.failure.error
        if (anew && run.failure === undefined && round < mostRounds) continue
        const after = await report({ seen, plan, run }, deps, signal)
        if (run.failure !== undefined) throw run.failure.error
        return after
      }
    },
  }
}

function forget(key: ObjectKey, { memories, keyRing }: Deps): Outcome {
  memories.delete(key)
  keyRing.remove(key)
  return settled
}

async function act(
  seen: Observed,
  plan: Plan,
  deps: PartnerKeyDeps,
  signal: AbortSignal,
): Promise<Run<Step>> {
  if (seen.observing) return { done: [] }
  const context = {
    key: seen.key,
    secrets: { client: deps.secretClient, store: deps.secrets },
    configMaps: { client: deps.configMapClient, store: deps.configMaps },
  }
  const run = await runSteps(plan.steps, step => applyStep(step, context, signal), signal)
  for (const step of run.done) {
    deps.log.info({ partnerKey: seen.key, step: step.kind, what: describeStep(step) }, 'step done')
  }
  announceSteps(seen.partnerKey, run.done, deps.events)
  return run
}
