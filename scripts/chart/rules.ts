/** Which objects of the base the chart has, when, and what its user chooses of them. */
import type { BaseFile } from '../kustomize/base.ts'
import { metricsNamespaceIn, placeHolder } from './values.ts'
import type { Path, Place, TemplateRule } from './template.ts'

const pod: Path = ['spec', 'template', 'spec']
const container: Path = [...pod, 'containers', 0]

/** The base's own namespace, which is wherever a release is. */
const ownNamespace = 'lenskeeper-system'
const releaseNamespace = '{{ $.Release.Namespace }}'

/** Helm makes the namespace (`--create-namespace`) and keeps its own records there, so no release holds it. */
export const leftOut: ReadonlySet<string> = new Set(['deploy/workload/namespace.yaml'])

const labels: Place = {
  path: ['metadata', 'labels'],
  gets: ['{{- include "lenskeeper.labels" $ | nindent @0 }}'],
}

const toYaml = (value: string, path: Path): Place => ({
  path,
  holds: [`{{- toYaml $.Values.${value} | nindent @0 }}`],
})

const optional = (value: string, field: string): readonly string[] => [
  `{{- with $.Values.${value} }}`,
  `${field}:`,
  '  {{- toYaml . | nindent @2 }}',
  '{{- end }}',
]

/** Labels by which a Prometheus finds what is for it. */
const monitored: Place = {
  path: ['metadata', 'labels'],
  gets: ['{{- with $.Values.monitoring.labels }}', '{{- toYaml . | nindent @0 }}', '{{- end }}'],
}

const placesByFile: Readonly<Record<string, readonly Place[]>> = {
  'deploy/workload/deployment.yaml': [
    { path: ['spec', 'replicas'], is: '{{ $.Values.replicas }}' },
    {
      path: ['spec', 'template', 'metadata', 'labels'],
      gets: ['{{- with $.Values.commonLabels }}', '{{- toYaml . | nindent @0 }}', '{{- end }}'],
    },
    { path: ['spec', 'template', 'metadata'], gets: optional('podAnnotations', 'annotations') },
    toYaml('nodeSelector', [...pod, 'nodeSelector']),
    toYaml('affinity', [...pod, 'affinity']),
    toYaml('topologySpreadConstraints', [...pod, 'topologySpreadConstraints']),
    {
      path: pod,
      gets: [
        ...optional('imagePullSecrets', 'imagePullSecrets'),
        ...optional('tolerations', 'tolerations'),
        '{{- with $.Values.priorityClassName }}',
        'priorityClassName: {{ . | quote }}',
        '{{- end }}',
      ],
    },
    { path: [...container, 'image'], is: '{{ include "lenskeeper.image" $ | quote }}', unsaid: true },
    { path: [...container, 'imagePullPolicy'], is: '{{ $.Values.image.pullPolicy }}' },
    { path: [...container, 'args'], gets: ['{{- include "lenskeeper.args" $ | nindent @0 }}'] },
    toYaml('resources', [...container, 'resources']),
  ],
  'deploy/operator/flow-schema.yaml': [
    {
      path: ['spec', 'rules', 0, 'subjects', 0, 'serviceAccount', 'namespace'],
      is: releaseNamespace,
    },
    { path: ['spec', 'rules', 0, 'resourceRules', 0, 'namespaces', 0], is: releaseNamespace },
  ],
  'deploy/workload/election-role.yaml': [
    { path: ['rules', 0, 'resourceNames', 0], is: '{{ include "lenskeeper.lease" $ | quote }}' },
  ],
  'deploy/monitoring/service-monitor.yaml': [monitored],
  'deploy/monitoring/prometheus-rule.yaml': [monitored],
  'deploy/monitoring/lenskeeper-dashboard.yaml': [
    { path: ['data', 'lenskeeper.json'], is: '{{ $.Files.Get "dashboard.json" | toJson }}' },
  ],
  'deploy/workload/network-policy.yaml': [
    {
      path: metricsNamespaceIn,
      is: '{{ $.Values.networkPolicy.metricsNamespace }}',
    },
    {
      path: ['spec', 'egress', 1, 'ports'],
      holds: ['{{- range $.Values.networkPolicy.ports }}', '- {protocol: TCP, port: {{ . }}}', '{{- end }}'],
    },
  ],
}

/** By the beginning of a path; what has none here is always there. */
const conditions: Readonly<Record<string, string>> = {
  'crds/': 'if $.Values.crds.enabled',
  'deploy/operator/': 'if not $.Values.watchNamespaces',
  'deploy/namespaced/watched/': 'range $namespace := $.Values.watchNamespaces',
  'deploy/monitoring/service-monitor.yaml': 'if $.Values.monitoring.serviceMonitor.enabled',
  'deploy/monitoring/prometheus-rule.yaml': 'if $.Values.monitoring.rules.enabled',
  'deploy/monitoring/lenskeeper-dashboard.yaml': 'if $.Values.monitoring.dashboard.enabled',
  'deploy/people/': 'if $.Values.people.enabled',
  'deploy/policies/confirm-deletion/': 'if $.Values.policies.confirmDeletion',
  'deploy/policies/reserved-metadata/': 'if $.Values.policies.reservedMetadata',
  'deploy/policies/signing-keys/': 'if $.Values.policies.signingKeys',
  'deploy/workload/network-policy.yaml': 'if $.Values.networkPolicy.enabled',
}

/** Alerts say where to look: in the namespace of the release, and in its user's clone. */
const wordsByFile: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'deploy/monitoring/prometheus-rule.yaml': {
    [ownNamespace]: releaseNamespace,
    [placeHolder]: '{{ $.Values.monitoring.rules.runbooks }}',
  },
}

const keep = 'helm.sh/resource-policy'

export function ruleOf({ path, documents }: BaseFile): TemplateRule {
  const [, around] = Object.entries(conditions).find(([beginning]) => path.startsWith(beginning)) ?? []
  const places: Place[] = [labels, ...(placesByFile[path] ?? [])]
  const isIn = (place: Path): boolean => documents[0]?.getIn(place) === ownNamespace
  for (const place of [
    ['metadata', 'namespace'],
    ['subjects', 0, 'namespace'],
  ])
    if (isIn(place)) places.push({ path: place, is: releaseNamespace })
  if (path.startsWith('deploy/namespaced/watched/'))
    places.push({ path: ['metadata', 'namespace'], is: '{{ $namespace }}' })
  if (path.startsWith('crds/'))
    places.push({
      path: ['metadata', 'annotations'],
      gets: ['{{- if $.Values.crds.keep }}', `${keep}: keep`, '{{- end }}'],
    })
  return { places, around, words: wordsByFile[path] }
}

/** What stands in the base for those who apply it, and is said anew by a rule here. */
export function withoutOwnRules({ path, documents }: BaseFile): void {
  if (path.startsWith('crds/'))
    for (const document of documents) document.deleteIn(['metadata', 'annotations', keep])
}
