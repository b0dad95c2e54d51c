/** What is for Grafana and for the Prometheus operator, read into their own types, strictly. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { manifestOf, root } from '../deploy/manifests.ts'
import { goTool } from './go-tool.ts'

let program: string
beforeAll(async () => {
  program = await goTool('typed')
})

/** What it complains of. */
function complaint(kind: string, given: object): string {
  const { stderr, error } = spawnSync(program, [kind], { input: JSON.stringify(given), encoding: 'utf8' })
  if (error !== undefined) throw error
  return stderr
}

const dashboard = JSON.parse(readFileSync(join(root, 'deploy/monitoring/dashboard.json'), 'utf8')) as {
  readonly panels: readonly object[]
}

const handedOut: readonly (readonly [kind: string, given: object, wrong: object])[] = [
  ['Dashboard', dashboard, { ...dashboard, panels: [{ ...dashboard.panels[1], unti: 'ops' }] }],
  ...(
    [
      ['ServiceMonitor', 'service-monitor.yaml'],
      ['PrometheusRule', 'prometheus-rule.yaml'],
    ] as const
  ).map(([kind, name]) => {
    const given = manifestOf(`deploy/monitoring/${name}`)
    return [kind, given, { ...given, spec: { ...(given.spec as object), sampel: 1 } }] as const
  }),
]

test.each(handedOut)('%s is one for those who take it', (kind, given) => {
  expect(complaint(kind, given)).toBe('')
})

test.each(handedOut)('%s with a typing error is not', (kind, _, wrong) => {
  expect(complaint(kind, wrong)).not.toBe('')
})
