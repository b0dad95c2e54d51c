import { describe, expect, test } from 'vitest'
import { readOperatorConfig } from '../../src/config/operator-config.ts'
import { manifestOf } from './manifests.ts'

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly livenessProbe: unknown
  readonly readinessProbe: unknown
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly env?: unknown
  readonly volumeMounts?: unknown
}

interface Pod {
  readonly serviceAccountName: string
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly containers: readonly Container[]
  readonly volumes?: unknown
  readonly affinity: {
    readonly podAntiAffinity: { readonly preferredDuringSchedulingIgnoredDuringExecution: unknown }
  }
  readonly topologySpreadConstraints: unknown
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
}

const deployment = manifestOf('deploy/workload/deployment.yaml')
const spec = deployment.spec as {
  readonly replicas: number
  readonly strategy: unknown
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly template: { readonly metadata: unknown; readonly spec: Pod }
}
const pod = spec.template.spec
const [container] = pod.containers

describe('the Deployment', () => {
  test('satisfies the restricted profile that its namespace enforces', () => {
    expect(manifestOf('deploy/workload/namespace.yaml').metadata?.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    })
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod).not.toHaveProperty('volumes')
    for (const host of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(host)
  })

  test('runs two, of which one works, and keeps both through updates and drains', () => {
    expect([spec.replicas, spec.strategy]).toEqual([
      2,
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    ])
    expect(readOperatorConfig(container?.args.slice(1) ?? [], {}).election.isOn).toBe(true)
    expect(manifestOf('deploy/workload/disruption-budget.yaml').spec).toEqual({
      maxUnavailable: 1,
      selector: spec.selector,
    })
    const { matchLabels } = spec.selector
    const { podAntiAffinity } = pod.affinity
    expect(podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution).toMatchObject([
      { podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } } },
    ])
    expect(pod.topologySpreadConstraints).toMatchObject([
      { whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels } },
    ])
  })

  test('ends its work before it is killed', () => {
    // A run may go on for 10 s after SIGTERM, and a statement ends with its lease.
    const { leaseMs } = readOperatorConfig(container?.args.slice(1) ?? [], {}).election
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(10_000 + leaseMs)
  })

  test('runs as the account that has the rights', () => {
    const account = manifestOf('deploy/workload/service-account.yaml').metadata
    expect([pod.serviceAccountName, deployment.metadata?.namespace]).toEqual([
      account?.name,
      account?.namespace,
    ])
    for (const file of [
      'operator/cluster-role-binding',
      'namespaced/watched/role-binding',
      'workload/election-role-binding',
    ])
      expect(manifestOf(`deploy/${file}.yaml`)).toMatchObject({
        subjects: [{ kind: 'ServiceAccount', name: account?.name, namespace: account?.namespace }],
      })
  })

  test('is asked for its health where it listens', () => {
    const [command, ...flags] = container?.args ?? []
    expect(command).toBe('run')
    const { listen } = readOperatorConfig(flags, {})
    expect(container?.ports).toEqual([{ name: 'http', containerPort: listen?.port, protocol: 'TCP' }])
    // Every address: a Pod may have IPv4 alone, IPv6 alone, or both.
    expect(listen?.host).toBeUndefined()
    expect(container?.livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } })
    expect(container?.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } })
  })

  test('is what Service and NetworkPolicy select', () => {
    const { matchLabels } = spec.selector
    expect(spec.template.metadata).toMatchObject({ labels: matchLabels })
    expect(manifestOf('deploy/workload/service.yaml').spec).toMatchObject({ selector: matchLabels })
    expect(manifestOf('deploy/workload/network-policy.yaml').spec).toMatchObject({
      podSelector: { matchLabels },
      policyTypes: ['Ingress', 'Egress'],
    })
  })

  test('asks for no user by number: each namespace of OpenShift has numbers of its own, and another one is refused', () => {
    for (const of of [pod.securityContext, container?.securityContext ?? {}])
      for (const field of ['runAsUser', 'runAsGroup', 'fsGroup']) expect(of).not.toHaveProperty(field)
  })

  test('may ask for names where DNS is, 53 as a rule, 5353 in the Pods of OpenShift’s', () => {
    const { egress } = manifestOf('deploy/workload/network-policy.yaml').spec as {
      readonly egress: readonly { readonly to?: unknown; readonly ports: readonly unknown[] }[]
    }
    const dns = egress.find(({ to }) => to === undefined)
    const both = (port: number) => [
      { protocol: 'UDP', port },
      { protocol: 'TCP', port },
    ]
    expect(dns?.ports).toEqual([...both(53), ...both(5353)])
  })
})
