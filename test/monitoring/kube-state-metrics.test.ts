// What kube-state-metrics is told of our kinds, against the CRDs: it reads nothing that no object can have, and is
// silent about what it does not find.
import { describe, expect, test } from 'vitest'
import { group } from '../../src/api/definition/resource.ts'
import { kinds } from '../../src/api/kinds.ts'
import { stateMetrics } from '../../src/monitoring/kube-state-metrics.ts'
import { manifestOf } from '../deploy/manifests.ts'

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
}

interface Crd {
  readonly spec: {
    readonly names: { readonly kind: string; readonly plural: string }
    readonly versions: readonly [
      { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } },
    ]
  }
}

const crds = kinds.map(({ plural }) => manifestOf(`crds/${plural}.yaml`) as unknown as Crd)

/** Of a list: what is in it. */
function at(schema: Schema, path: readonly string[]): Schema | undefined {
  const found = path.reduce<Schema | undefined>((here, step) => here?.properties?.[step], schema)
  return found?.items ?? found
}

describe.each(
  stateMetrics().spec.resources.map(resource => [resource.groupVersionKind.kind, resource] as const),
)('%s', (kind, { groupVersionKind, metricNamePrefix, metrics }) => {
  const crd = crds.find(({ spec }) => spec.names.kind === kind)
  const schema = crd?.spec.versions[0].schema.openAPIV3Schema ?? {}

  test('is one of ours, in the version that is served', () => {
    expect(crd?.spec.versions[0].name).toBe(groupVersionKind.version)
    // kube-state-metrics makes the plural of the kind where it cannot ask.
    expect(crd?.spec.names.plural).toBe(`${kind.toLowerCase()}s`)
  })

  test.each(metrics.map(metric => [`${metricNamePrefix}_${metric.name}`, metric] as const))(
    '%s reads what the CRD has',
    (_, { each: { gauge } }) => {
      const read = at(schema, gauge.path)
      expect(read).toBeDefined()
      const { labelsFromPath = {}, valueFrom = [] } = gauge as {
        readonly labelsFromPath?: Readonly<Record<string, readonly string[]>>
        readonly valueFrom?: readonly string[]
      }
      for (const path of Object.values(labelsFromPath)) expect(at(read ?? {}, path)?.type).toBe('string')
      const value = at(read ?? {}, valueFrom)
      // Numbers, and of words only these, are numbers for it.
      if (value?.type !== 'integer') expect(value?.enum?.toSorted()).toEqual(['False', 'True', 'Unknown'])
    },
  )

  test('tells Unknown from False, which have one value', () => {
    const condition = metrics.find(({ name }) => name === 'condition')
    expect(condition?.each.gauge).toHaveProperty('labelsFromPath.status', ['status'])
  })
})

test('the role beside it lets it read all kinds', () => {
  const { rules = [] } = manifestOf('deploy/monitoring/kube-state-metrics/cluster-role.yaml')
  const ours = rules.filter(({ apiGroups }) => apiGroups.includes(group))
  expect(ours.map(({ resources, verbs }) => ({ resources, verbs }))).toEqual([
    { resources: kinds.map(({ plural }) => plural), verbs: ['list', 'watch'] },
  ])
})
