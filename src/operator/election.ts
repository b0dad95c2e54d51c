/** The election among several replicas, with a way of its own to the API server. */
import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { OperatorConfig } from '../config/operator-config.ts'
import type { Clock } from '../core/clock.ts'
import type { Fence } from '../core/fence.ts'
import type { Random } from '../core/random.ts'
import type { AccessSource, CredentialOptions } from '../kube/access/access.ts'
import { podNamespace } from '../kube/access/current-namespace.ts'
import { Transport, type TransportMetrics } from '../kube/call/transport.ts'
import type { EventInput } from '../kube/objects/event-body.ts'
import { KubeLeasePort } from '../kube/objects/lease-port.ts'
import { leadFence } from '../runtime/leadership/lead-fence.ts'
import { LeaseElection } from '../runtime/leadership/lease-election.ts'
import type { Logger } from '../telemetry/log.ts'

export interface ElectionEnvironment {
  readonly credentials: CredentialOptions
  readonly access: AccessSource
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: TransportMetrics
  readonly publish: (event: EventInput) => void
}

export interface OperatorElection {
  readonly leadership: LeaseElection
  /** Open while this process leads. */
  readonly fence: Fence
  close(): Promise<void>
}

/** As in deploy/. Whoever runs an operator on a machine of theirs shares the Lease of those in the cluster. */
const usualNamespace = 'lenskeeper-system'

/** Nothing is asked before the lead is. */
export function openElection(
  { election, watchNamespaces }: OperatorConfig,
  { credentials, access, clock, random, log, metrics, publish }: ElectionEnvironment,
): OperatorElection {
  const { leaseMs, renewDeadlineMs, retryMs } = election
  const identity = `${hostname()}_${randomUUID()}`
  // Renewals wait neither for thousands of other calls nor for a connection that hangs.
  const transport = new Transport({
    access,
    clock,
    random,
    metrics,
    rateLimit: { perSecond: 0, burst: 1 },
    connections: 2,
    deadlineMs: renewDeadlineMs / 2,
  })
  const namespace = election.namespace ?? podNamespace(credentials) ?? usualNamespace
  const port = new KubeLeasePort(transport, `${namespace}/${leaseNameOf(watchNamespaces)}`)
  const rules = { identity, leaseMs, renewDeadlineMs, retryMs }
  const onLead = (): void => publish(leads(port, identity))
  const leadership = new LeaseElection({ port, rules, clock, random, log, onLead })
  return { leadership, fence: leadFence(leadership), close: () => transport.close() }
}

function leads({ object }: KubeLeasePort, identity: string): EventInput {
  const note = `${identity} leads from now on.`
  return {
    regarding: object,
    type: 'Normal',
    reason: 'LeaderElection',
    action: 'Lead',
    note,
    occasion: identity,
  }
}

const longestName = 253

/** Operators of one scope share a Lease, and those of other scopes do not keep them from working. */
export function leaseNameOf(watchNamespaces: readonly string[]): string {
  // A namespace has no dot in its name, so no two scopes have the same.
  const name = ['lenskeeper', ...[...new Set(watchNamespaces)].toSorted()].join('.')
  if (name.length <= longestName) return name
  return `lenskeeper.${createHash('sha256').update(name).digest('hex')}`
}
