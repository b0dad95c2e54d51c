import { Environment } from '@marcbachmann/cel-js'
import { describe, expect, test } from 'vitest'
import { awaitsPerson } from '../../src/api/attention.ts'
import { kinds } from '../../src/api/kinds.ts'
import { manifestsOf } from '../deploy/manifests.ts'
import { healthCases } from './health-cases.ts'

interface Check {
  readonly apiVersion: string
  readonly kind: string
  readonly current: string
  readonly failed: string
}

const checks = manifestsOf('examples/gitops/flux/kustomizations.yaml').flatMap(
  ({ spec }) => (spec as { readonly healthCheckExprs?: readonly Check[] }).healthCheckExprs ?? [],
)
const environment = new Environment({ unlistedVariablesAreDyn: true })

/** In the order in which Flux asks. */
function verdict({ current, failed }: Check, object: object): string {
  const whole = structuredClone(object) as Record<string, unknown>
  if (environment.evaluate(failed, whole) === true) return 'failed'
  return environment.evaluate(current, whole) === true ? 'current' : 'inProgress'
}

test('every kind has a check, and each lets the same reasons wait for a person', () => {
  expect(checks.map(({ kind }) => kind).toSorted()).toEqual(kinds.map(({ kind }) => kind).toSorted())
  for (const { current } of checks) {
    const [, listed = ''] = /reason in \[([^\]]*)\]/.exec(current) ?? []
    // What is being deleted is not waited for, nor is it fine.
    const named = awaitsPerson.filter(reason => reason !== 'Deleting').map(reason => `'${reason}'`)
    expect(listed.split(', ').toSorted()).toEqual(named.toSorted())
  }
})

describe.each(checks.map(check => [check.kind, check] as const))('Flux takes a %s', (_kind, check) => {
  test.each(healthCases.map(each => [each.what, each] as const))('that %s', (_what, { object, flux }) => {
    expect(verdict(check, object)).toBe(flux)
  })
})
