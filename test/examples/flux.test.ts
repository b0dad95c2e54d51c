import { Environment } from '@marcbachmann/cel-js'
import { describe, expect, test } from 'vitest'
import { healthCases } from '../../scripts/argocd/cases.ts'
import { awaitsPerson } from '../../src/api/attention.ts'
import { kinds } from '../../src/api/kinds.ts'
import { fluxChecks, fluxStatusOf, type FluxCheck } from './flux-checks.ts'

const environment = new Environment({ unlistedVariablesAreDyn: true })

/** In the order in which Flux asks. */
function verdict({ current, failed }: FluxCheck, object: object): string {
  const whole = structuredClone(object) as Record<string, unknown>
  if (environment.evaluate(failed, whole) === true) return 'Failed'
  return environment.evaluate(current, whole) === true ? 'Current' : 'InProgress'
}

test('every kind has a check, and each lets the same reasons wait for a person', () => {
  expect(fluxChecks.map(({ kind }) => kind).toSorted()).toEqual(kinds.map(({ kind }) => kind).toSorted())
  for (const { current } of fluxChecks) {
    const [, listed = ''] = /reason in \[([^\]]*)\]/.exec(current) ?? []
    // What is being deleted is not waited for, nor is it fine.
    const named = awaitsPerson.filter(reason => reason !== 'Deleting').map(reason => `'${reason}'`)
    expect(listed.split(', ').toSorted()).toEqual(named.toSorted())
  }
})

describe.each(fluxChecks.map(check => [check.kind, check] as const))('Flux takes a %s', (kind, check) => {
  test.each(healthCases(kind).map(each => [each.what, each] as const))('that is %s', (_, one) => {
    expect(verdict(check, one.object)).toBe(fluxStatusOf[one.health.status])
  })
})
