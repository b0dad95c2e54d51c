/** The chart and the kustomize base give the same objects; and what the chart lets its user choose comes out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaseNameOf } from '../../src/operator/election.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { kubectl } from '../cluster/cluster.ts'
import type { Manifest } from '../deploy/manifests.ts'
import { chart, openHelm, objectsIn, valuesFlags, type Helm } from './helm.ts'
import manifest from '../../package.json' with { type: 'json' }

let helm: Helm
beforeAll(async () => {
  helm = await openHelm()
})
afterAll(() => helm?.close())

const chartLabels = {
  'helm.sh/chart': `lenskeeper-${manifest.version}`,
  'app.kubernetes.io/version': manifest.version,
}
const scopedOnly = {
  'crds.enabled': false,
  'people.enabled': false,
  'policies.confirmDeletion': false,
  'policies.reservedMetadata': false,
  'policies.signingKeys': false,
}

function byName(objects: readonly Manifest[]): Readonly<Record<string, Manifest>> {
  const named = objects.map(object => [nameOf(object), object] as const)
  expect(new Set(named.map(([name]) => name)).size).toBe(named.length)
  return Object.fromEntries(named)
}

function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata?.namespace ?? ''}/${metadata?.name}`
}

/** What kustomize builds, with the chart's labels, and without the namespace, which is for Helm to make. */
async function kustomized(folders: readonly string[]): Promise<readonly Manifest[]> {
  const built = await Promise.all(folders.map(folder => kubectl(['kustomize', deployFolder(folder)])))
  return built
    .flatMap(objectsIn)
    .filter(({ kind }) => kind !== 'Namespace')
    .map(object => ({
      ...object,
      metadata: {
        ...object.metadata,
        name: object.metadata?.name ?? '',
        labels: { ...object.metadata?.labels, ...chartLabels },
      },
    }))
}

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations?: object }
      readonly spec: {
        readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[]
      } & Readonly<Record<string, unknown>>
    }
  }
}

async function deployment(values: object): Promise<Workload> {
  const found = (await helm.template(values)).find(({ kind }) => kind === 'Deployment')
  return found as Workload
}

const kindsOf = async (values: object): Promise<readonly string[]> =>
  (await helm.template(values)).map(({ kind }) => kind)

describe('the chart and kustomize', () => {
  test('install the same for a whole cluster', async () => {
    const [rendered, base] = await Promise.all([helm.template(), kustomized(['', 'crds'])])
    expect(Object.keys(byName(rendered)).length).toBeGreaterThan(20)
    expect(byName(rendered)).toEqual(byName(base))
  })

  test('install the same for Prometheus and Grafana', async () => {
    const values = {
      ...scopedOnly,
      'monitoring.serviceMonitor.enabled': true,
      'monitoring.rules.enabled': true,
      'monitoring.dashboard.enabled': true,
    }
    const [rendered, base] = await Promise.all([helm.template(values), kustomized(['monitoring'])])
    expect(base).toHaveLength(3)
    expect(byName(rendered)).toMatchObject(byName(base))
  })

  test('install the same for some namespaces', async () => {
    const values = { ...scopedOnly, watchNamespaces: ['datalens', 'tenants'], installationId: 'somewhere' }
    const [rendered, base] = await Promise.all([helm.template(values), kustomized(['namespaced'])])
    // The base leaves the id for its user to fill in.
    const filled = JSON.parse(
      JSON.stringify(base).replace('"--installation-id="', '"--installation-id=somewhere"'),
    ) as readonly Manifest[]
    expect(byName(rendered)).toEqual(byName(filled))
  })
})

describe('values', () => {
  test.each([
    [{}, `lenskeeper:${manifest.version}`],
    [
      { 'image.repository': 'registry.example/team/lenskeeper' },
      `registry.example/team/lenskeeper:${manifest.version}`,
    ],
    [{ 'image.repository': 'registry.example:5000/x', 'image.tag': 'v2' }, 'registry.example:5000/x:v2'],
    [
      {
        'image.repository': 'registry.example/x',
        'image.tag': 'v2',
        'image.digest': `sha256:${'0a'.repeat(32)}`,
      },
      `registry.example/x@sha256:${'0a'.repeat(32)}`,
    ],
  ])('%j: the image is %s', async (values, image) => {
    expect((await deployment(values)).spec.template.spec.containers[0]?.image).toBe(image)
  })

  test('of the Pods come out', async () => {
    const { spec } = await deployment({
      replicas: 0,
      extraArgs: ['--log-level=debug', '--resync=1h'],
      imagePullSecrets: [{ name: 'registry' }],
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'system-cluster-critical',
      podAnnotations: { 'acme.example/a': 'true' },
      affinity: null,
      topologySpreadConstraints: [],
    })
    expect(spec.replicas).toBe(0)
    expect(spec.template.metadata.annotations).toEqual({ 'acme.example/a': 'true' })
    expect(spec.template.spec).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'system-cluster-critical',
      affinity: null,
      topologySpreadConstraints: [],
      containers: [{ args: ['run', '--leader-elect', '--log-level=debug', '--resync=1h'] }],
    })
  })

  test('commonLabels are on all objects and on Pods, and in no selector', async () => {
    const commonLabels = { 'acme.example/team': 'data', 'acme.example/on': 'true' }
    const objects = await helm.template({ commonLabels, watchNamespaces: ['a', 'b'], installationId: 'x' })
    for (const object of objects) expect(object.metadata?.labels, nameOf(object)).toMatchObject(commonLabels)
    const { spec } = objects.find(({ kind }) => kind === 'Deployment') as Workload
    expect(spec.template.metadata.labels).toEqual({ ...spec.selector.matchLabels, ...commonLabels })
    expect(spec.selector.matchLabels).toEqual({ 'app.kubernetes.io/name': 'lenskeeper' })
  })

  test.each([[['b', 'a']], [['one']], [Array.from({ length: 9 }, (_, i) => `${i}`.padEnd(60, 'x'))]])(
    'watchNamespaces %j: Roles there, nothing of the operator that is the whole cluster’s, and its Lease',
    async watchNamespaces => {
      const objects = await helm.template({ ...scopedOnly, watchNamespaces, installationId: 'x' })
      const roles = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata?.name === 'lenskeeper')
      expect(roles.map(({ metadata }) => metadata?.namespace ?? '').toSorted()).toEqual(
        watchNamespaces.toSorted(),
      )
      const kinds = objects.map(({ kind }) => kind)
      for (const ofCluster of ['ClusterRole', 'FlowSchema']) expect(kinds).not.toContain(ofCluster)
      const election = objects.find(
        ({ metadata, kind }) => kind === 'Role' && metadata?.name === 'lenskeeper-election',
      )
      expect(election?.rules?.[0]?.resourceNames).toEqual([leaseNameOf(watchNamespaces)])
    },
  )

  test('switch parts off', async () => {
    const off = { ...scopedOnly, 'networkPolicy.enabled': false }
    const kinds = new Set(await kindsOf(off))
    for (const gone of ['CustomResourceDefinition', 'ValidatingAdmissionPolicy', 'NetworkPolicy'])
      expect(kinds).not.toContain(gone)
    expect(kinds).toContain('ClusterRole')
  })

  test('of the network come out', async () => {
    const values = { 'networkPolicy.ports': [6443, 9440], 'networkPolicy.metricsNamespace': 'observability' }
    const policy = (await helm.template(values)).find(({ kind }) => kind === 'NetworkPolicy')
    expect(policy?.spec).toMatchObject({
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }],
        },
      ],
      egress: [
        {},
        {
          ports: [
            { protocol: 'TCP', port: 6443 },
            { protocol: 'TCP', port: 9440 },
          ],
        },
      ],
    })
  })

  test('of alerts come out, and what Prometheus fills in stays', async () => {
    const values = {
      'monitoring.rules.enabled': true,
      'monitoring.rules.runbooks': 'https://git.example/team/fork',
      'monitoring.labels': { release: 'kube-prometheus-stack' },
    }
    const flags = ['--namespace', 'elsewhere', '--kube-version', '1.32.0']
    const rendered = await helm.run(['template', 'x', chart, ...flags, ...valuesFlags(values)])
    const rule = objectsIn(rendered).find(({ kind }) => kind === 'PrometheusRule')
    expect(rule?.metadata).toMatchObject({
      namespace: 'elsewhere',
      labels: { release: 'kube-prometheus-stack' },
    })
    const text = JSON.stringify(rule)
    expect(text).toContain('https://git.example/team/fork/docs/troubleshooting.md#')
    expect(text).toContain(String.raw`kubectl -n {{ or $labels.namespace \"elsewhere\" }} `)
    expect(text).not.toMatch(/lenskeeper-system|git\.example\/lenskeeper/)
  })

  test.each([true, false])('crds.keep %s: so do the CRDs say', async keep => {
    const crds = (await helm.template({ 'crds.keep': keep })).filter(
      ({ kind }) => kind === 'CustomResourceDefinition',
    )
    expect(crds).toHaveLength(4)
    for (const { metadata } of crds)
      expect(metadata?.annotations?.['helm.sh/resource-policy']).toBe(keep ? 'keep' : undefined)
  })

  test.each([
    ['a typing error', { replica: 1 }],
    ['one further down', { 'image.digset': '' }],
    ['text for a number', { replicas: '2' }],
    ['half a digest', { 'image.digest': 'sha256:abc' }],
    ['a label that selects Pods', { commonLabels: { 'app.kubernetes.io/name': 'other' } }],
    [
      'a label that gives rights',
      { commonLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    ],
    ['a flag that the chart sets', { extraArgs: ['--watch-namespaces=a'] }],
    ['a flag that its probes rely on', { extraArgs: ['--listen=off'] }],
    ['something that is no flag', { extraArgs: ['run'] }],
    ['a list in one text', { watchNamespaces: ['a,b'], installationId: 'x' }],
    ['some namespaces without an id', { watchNamespaces: ['a'] }],
    ['no port at all', { 'networkPolicy.ports': [] }],
  ])('%s is refused', async (_, values) => {
    await expect(helm.template(values)).rejects.toThrow(/don't meet the specifications|needs installationId/)
  })

  test.each([
    ['1.31.9', false],
    ['1.32.0', true],
    ['1.32.1-gke.100', true],
    ['1.36.0', true],
  ])('Kubernetes %s: %s', async (version, isFit) => {
    const rendered = helm.run(['template', 'x', 'deploy/helm/lenskeeper', '--kube-version', version])
    if (isFit) expect(await rendered).toContain('kind: Deployment')
    else await expect(rendered).rejects.toThrow(/requires kubeVersion/)
  })

  test('as they are by default pass Helm’s own lint', async () => {
    const said = await helm.run(['lint', '--strict', '--kube-version', '1.32.0', 'deploy/helm/lenskeeper'])
    expect(said).toContain('0 chart(s) failed')
  })
})
