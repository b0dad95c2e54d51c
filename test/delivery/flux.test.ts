/** The health checks of the example for Flux, by Flux's own code. */
import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { healthCases } from '../../scripts/argocd/cases.ts'
import { fluxChecks, fluxStatusOf } from '../examples/flux-checks.ts'
import { goTool } from './go-tool.ts'

let flux: string
beforeAll(async () => {
  flux = await goTool('flux')
})

describe.each(fluxChecks.map(check => [check.kind, check] as const))('a %s', (kind, check) => {
  test('is waited for while something is to come of it, and not while a person is to act', () => {
    const cases = healthCases(kind)
    const { current, failed } = check
    const asked = cases.map(({ object }) => JSON.stringify({ expressions: { current, failed }, object }))
    const { status, stdout, stderr } = spawnSync(flux, { input: `${asked.join('\n')}\n`, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const found = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
    expect(cases.map(({ what }, at) => [what, found[at]])).toEqual(
      cases.map(({ what, health }) => [what, fluxStatusOf[health.status]]),
    )
  })
})
