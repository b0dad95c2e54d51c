import { stringify } from 'yaml'
import { group } from '../api/definition/resource.ts'
import { kinds } from '../api/kinds.ts'

type Kind = (typeof kinds)[number]

const nameOf = { namespace: ['metadata', 'namespace'], name: ['metadata', 'name'] }

/**
 * What kube-state-metrics has to be told of our kinds, for a series an object: one for each condition, whose value is 1
 * for True, 0 for False and -1 for Unknown.
 */
function resourceOf({ kind, version }: Kind) {
  return {
    groupVersionKind: { group, version, kind },
    metricNamePrefix: 'lenskeeper_object',
    labelsFromPath: nameOf,
    metrics: [
      {
        name: 'condition',
        help: 'What a condition of one object says: 1 for True, 0 for False, -1 for Unknown',
        each: {
          type: 'Gauge',
          gauge: {
            path: ['status', 'conditions'],
            labelsFromPath: { type: ['type'], reason: ['reason'] },
            valueFrom: ['status'],
          },
        },
      },
      {
        name: 'generation_observed',
        help: 'The generation of the spec that the status was said of',
        each: { type: 'Gauge', gauge: { path: ['status', 'observedGeneration'], nilIsZero: true } },
      },
    ],
  }
}

export function renderStateMetrics(): string {
  const config = { kind: 'CustomResourceStateMetrics', spec: { resources: kinds.map(resourceOf) } }
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'lenskeeper-state-metrics', namespace: 'monitoring' },
    data: { 'lenskeeper.yaml': toYaml(config) },
  }
  return `# Generated from src/monitoring by \`npm run crds\`; do not edit.\n# For --custom-resource-state-config-file.\n${toYaml(configMap)}`
}

function toYaml(content: unknown): string {
  return stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 })
}
