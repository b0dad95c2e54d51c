import { stringify } from 'yaml'
import { group } from '../api/definition/resource.ts'
import { kinds } from '../api/kinds.ts'

type Kind = (typeof kinds)[number]

const nameOf = { namespace: ['metadata', 'namespace'], name: ['metadata', 'name'] }

/**
 * What kube-state-metrics has to be told of our kinds: a series for each condition of each object. It makes 1 of True and
 * 0 of both False and Unknown, so the label `status` says which.
 */
function resourceOf({ kind, version }: Kind) {
  return {
    groupVersionKind: { group, version, kind },
    metricNamePrefix: 'lenskeeper_object',
    labelsFromPath: nameOf,
    metrics: [
      {
        name: 'condition',
        help: 'What a condition of one object says: 1 if its status is True, else 0',
        // A new object has none yet, which is worth no line in the log.
        errorLogV: 5,
        each: {
          type: 'Gauge',
          gauge: {
            path: ['status', 'conditions'],
            labelsFromPath: { type: ['type'], status: ['status'], reason: ['reason'] },
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

/** As its file has it. */
export function stateMetrics() {
  return { kind: 'CustomResourceStateMetrics', spec: { resources: kinds.map(resourceOf) } }
}

export function renderStateMetrics(): string {
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'lenskeeper-state-metrics', namespace: 'monitoring' },
    data: { 'lenskeeper.yaml': toYaml(stateMetrics()) },
  }
  return `# Generated from src/monitoring by \`npm run crds\`; do not edit.\n# For --custom-resource-state-config-file.\n${toYaml(configMap)}`
}

function toYaml(content: unknown): string {
  return stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 })
}
