/** What the chart lets its user choose: each value once, with its default from the base, its words and its schema. */
import type { BaseFile } from '../kustomize/base.ts'
import { valueAt } from '../kustomize/base.ts'

export type Schema = Readonly<Record<string, unknown>>

export interface Value {
  /** Its place in values.yaml, with dots. */
  readonly name: string
  readonly description: string
  readonly schema: Schema
  readonly default: unknown
}

const text = { type: 'string' }
const flag = { type: 'boolean' }
const listOf = (items: Schema): Schema => ({ type: 'array', items })
const object = { type: 'object' }
const textMap: Schema = { type: 'object', additionalProperties: text }
const namespace = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' }

/** Labels that objects have by themselves, or that mean something to somebody. */
const takenLabels =
  '^(app\\.kubernetes\\.io/(name|part-of|version|managed-by)|helm\\.sh/.*|rbac\\.authorization\\.k8s\\.io/.*|lenskeeper\\.dev/.*)$'

const labelMap: Schema = { ...textMap, propertyNames: { not: { pattern: takenLabels } } }

/** Flags that the chart sets, or that its probes rely on. */
const takenFlags = '^--(leader-elect|watch-namespaces|installation-id|listen|kubeconfig)(=.*)?$'

/** Where the base says that the documentation is, as nobody knows where yours is. */
export const placeHolder = 'https://git.example/lenskeeper'

/** Whence metrics may be read, in the NetworkPolicy. */
export const metricsNamespaceIn = [
  'spec',
  'ingress',
  0,
  'from',
  0,
  'namespaceSelector',
  'matchLabels',
  'kubernetes.io/metadata.name',
] as const

const container = ['spec', 'template', 'spec', 'containers', 0] as const
const pod = ['spec', 'template', 'spec'] as const

export function chartValues(base: readonly BaseFile[]): readonly Value[] {
  const workload = (name: string, path: readonly (string | number)[]): unknown =>
    valueAt(fileNamed(base, `deploy/workload/${name}.yaml`), path)
  const image = imageParts(String(workload('deployment', [...container, 'image'])))
  const value = (name: string, description: string, schema: Schema, byDefault: unknown): Value => ({
    name,
    description,
    schema,
    default: byDefault,
  })
  return [
    value('image.repository', 'where your image is', { ...text, minLength: 1 }, image.repository),
    value('image.tag', 'by default the version of the chart', text, ''),
    value(
      'image.digest',
      'sha256:… of the image; then the tag does not count',
      { ...text, pattern: '^(sha256:[0-9a-f]{64})?$' },
      image.digest,
    ),
    value(
      'image.pullPolicy',
      'when nodes ask the registry',
      { enum: ['Always', 'IfNotPresent', 'Never'] },
      workload('deployment', [...container, 'imagePullPolicy']),
    ),
    value(
      'imagePullSecrets',
      'as in a Pod: [{name: registry}]',
      listOf({ ...closed({ name: text }), required: ['name'] }),
      [],
    ),
    value(
      'replicas',
      'one works, the others take over; 0 stops the operator and leaves tenants what they have',
      { type: 'integer', minimum: 0, maximum: 9 },
      workload('deployment', ['spec', 'replicas']),
    ),
    value(
      'watchNamespaces',
      'only these namespaces, which must exist: Roles there instead of a ClusterRole; needs installationId',
      { ...listOf(namespace), uniqueItems: true },
      [],
    ),
    value(
      'installationId',
      'who this installation is, in the marks of its databases: never change it; by default the cluster’s',
      text,
      '',
    ),
    value(
      'extraArgs',
      'more flags of "lenskeeper run", such as --log-level=debug',
      listOf({ allOf: [{ ...text, pattern: '^--[a-z]' }, { not: { pattern: takenFlags } }] }),
      [],
    ),
    value(
      'resources',
      'as in a container; for 10,000 tenants, also of the one that stands by',
      object,
      workload('deployment', [...container, 'resources']),
    ),
    value('nodeSelector', 'as in a Pod', textMap, workload('deployment', [...pod, 'nodeSelector'])),
    value('tolerations', 'as in a Pod', listOf(object), []),
    value(
      'affinity',
      'as in a Pod; null for none, as Helm merges maps',
      object,
      workload('deployment', [...pod, 'affinity']),
    ),
    value(
      'topologySpreadConstraints',
      'as in a Pod',
      listOf(object),
      workload('deployment', [...pod, 'topologySpreadConstraints']),
    ),
    value('priorityClassName', 'as in a Pod', text, ''),
    value('podAnnotations', 'annotations of the Pods', textMap, {}),
    value('commonLabels', 'labels of all objects and of the Pods', labelMap, {}),
    value('networkPolicy.enabled', 'what may reach the operator, and where it may go', flag, true),
    value(
      'networkPolicy.metricsNamespace',
      'where Prometheus is',
      namespace,
      workload('network-policy', metricsNamespaceIn),
    ),
    value(
      'networkPolicy.ports',
      'TCP ports of the API server and of ClickHouse',
      { ...listOf({ type: 'integer', minimum: 1, maximum: 65_535 }), minItems: 1, uniqueItems: true },
      (
        workload('network-policy', ['spec', 'egress', 1, 'ports']) as readonly { readonly port: number }[]
      ).map(({ port }) => port),
    ),
    value('monitoring.serviceMonitor.enabled', 'needs the Prometheus operator', flag, false),
    value('monitoring.rules.enabled', 'alerts; needs the Prometheus operator', flag, false),
    value(
      'monitoring.rules.runbooks',
      'where your clone of the project is, for runbook_url',
      text,
      placeHolder,
    ),
    value('monitoring.dashboard.enabled', 'for a Grafana whose sidecar loads ConfigMaps', flag, false),
    value(
      'monitoring.labels',
      'by which your Prometheus finds monitors and rules, such as {release: kube-prometheus-stack}',
      labelMap,
      {},
    ),
    value('people.enabled', 'roles for people, added to view, edit and admin', flag, true),
    value(
      'policies.confirmDeletion',
      'ask before a PartnerKey or a connection with tenants is deleted',
      flag,
      true,
    ),
    value('policies.reservedMetadata', 'let only the operator mark a Secret as Lenskeeper’s', flag, true),
    value(
      'policies.signingKeys',
      'let only who has the verb "offer" offer a Secret’s key for signing',
      flag,
      true,
    ),
    value('crds.enabled', 'the custom resources; false where something else installs them', flag, true),
    value(
      'crds.keep',
      'leave them when the release is uninstalled; deleting them deletes every tenant object, and with it the tokens',
      flag,
      true,
    ),
  ]
}

/** The tag of the base is the version of the chart. */
function imageParts(image: string): { readonly repository: string; readonly digest: string } {
  const [name = '', digest = ''] = image.split('@')
  return { repository: name.replace(/:[^:/]*$/, ''), digest }
}

function fileNamed(base: readonly BaseFile[], path: string): BaseFile {
  const file = base.find(file => file.path === path)
  if (file === undefined) throw new Error(`the base has no ${path}, which the chart reads`)
  return file
}

/** An object with these fields and no others. */
export function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties }
}
