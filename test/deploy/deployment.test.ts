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
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
}

const deployment = manifestOf('deploy/workload/deployment.yaml')
const spec = deployment.spec as {
  readonly replicas: number
  readonly strategy: { readonly type: string }
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
    expect(pod.securityContext['runAsUser']).toBeGreaterThan(0)
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod).not.toHaveProperty('volumes')
    for (const host of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(host)
  })

  test('runs one operator at a time, as the account that has the rights', () => {
    expect([spec.replicas, spec.strategy.type]).toEqual([1, 'Recreate'])
    const account = manifestOf('deploy/workload/service-account.yaml').metadata
    expect([pod.serviceAccountName, deployment.metadata?.namespace]).toEqual([
      account?.name,
      account?.namespace,
    ])
    for (const file of ['operator/cluster-role-binding', 'namespaced/watched/role-binding'])
      expect(manifestOf(`deploy/${file}.yaml`)).toMatchObject({
        subjects: [{ kind: 'ServiceAccount', name: account?.name, namespace: account?.namespace }],
      })
  })

  test('is asked for its health where it listens', () => {
    const [command, ...flags] = container?.args ?? []
    expect(command).toBe('run')
    const { listen } = readOperatorConfig(flags, {})
    expect(container?.ports).toEqual([{ name: 'http', containerPort: listen?.port, protocol: 'TCP' }])
    expect(listen?.host).toBe('0.0.0.0')
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
})
