/** How several replicas agree on which one works. */
import { longestLeaseMs, mostJitter, type ElectionRules } from '../runtime/leadership/rules.ts'
import { durationWithin, namespace } from './flag-values.ts'
import { FlagValueError, type Flags, type FlagValues } from './flags.ts'

export const electionFlags = {
  'leader-elect': {
    type: 'boolean',
    description: 'work only while this process holds a Lease, as with several replicas',
  },
  'leader-elect-namespace': {
    type: 'string',
    placeholder: 'NAMESPACE',
    description: 'where the Lease is; default: the Pod’s own namespace, outside of Pods lenskeeper-system',
    parse: namespace,
  },
  'leader-elect-lease-duration': {
    type: 'string',
    placeholder: 'TIME',
    default: '15s',
    description: 'how long the others wait after the leader’s last sign of life, whole seconds, 2s to 5m',
    parse: durationWithin({
      from: '2s',
      to: `${longestLeaseMs / 60_000}m`,
      wholeSeconds: true,
      example: '15s',
    }),
  },
  'leader-elect-renew-deadline': {
    type: 'string',
    placeholder: 'TIME',
    default: '10s',
    description:
      'how long it works on without a sign of life from the API server, also without --leader-elect; shorter than the lease',
    parse: durationWithin({ from: '1s', to: '5m', example: '10s' }),
  },
  'leader-elect-retry-period': {
    type: 'string',
    placeholder: 'TIME',
    default: '2s',
    description: `how often the leader renews the lease, and the others look four times; the renew deadline is longer than ${mostJitter} times this`,
    parse: durationWithin({ from: '100ms', to: '1m', example: '2s' }),
  },
} as const satisfies Flags

export interface ElectionConfig extends Omit<ElectionRules, 'identity'> {
  /** Whether there is an election at all. */
  readonly isOn: boolean
  /** Of the Lease. Undefined: that of the Pod. */
  readonly namespace: string | undefined
}

/** @throws FlagValueError where one does not fit the other */
export function readElection(values: FlagValues<typeof electionFlags>): ElectionConfig {
  const leaseMs = values['leader-elect-lease-duration']
  const renewDeadlineMs = values['leader-elect-renew-deadline']
  const retryMs = values['leader-elect-retry-period']
  if (renewDeadlineMs >= leaseMs) {
    const complaint = `must be shorter than --leader-elect-lease-duration, which is ${inSeconds(leaseMs)}`
    throw new FlagValueError('leader-elect-renew-deadline', complaint)
  }
  if (renewDeadlineMs <= mostJitter * retryMs) {
    const complaint = `must be longer than ${mostJitter} times --leader-elect-retry-period, which is ${inSeconds(retryMs)}`
    throw new FlagValueError('leader-elect-renew-deadline', complaint)
  }
  const namespace = values['leader-elect-namespace']
  return { isOn: values['leader-elect'], namespace, leaseMs, renewDeadlineMs, retryMs }
}

function inSeconds(ms: number): string {
  return `${ms / 1000}s`
}
