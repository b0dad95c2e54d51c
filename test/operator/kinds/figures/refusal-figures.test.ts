import { expect, test } from 'vitest'
import { refusalFigures } from '../../../../src/operator/kinds/figures/refusal-figures.ts'
import type { ConditionFigure } from '../../../../src/telemetry/condition-metrics.ts'

const figure = (over: Partial<ConditionFigure>): ConditionFigure => ({
  kind: 'ConnectorTenant',
  type: 'Ready',
  status: 'False',
  reason: 'NamespaceNotAllowed',
  count: 3,
  ...over,
})

test('only what a tenant may not have counts as refused, and nothing is 0', () => {
  const figures = refusalFigures([
    figure({}),
    figure({ reason: 'DatabaseLost', count: 9 }),
    figure({ type: 'Stalled', status: 'True', reason: 'NameRetired', count: 4 }),
  ])
  const counts = Object.fromEntries(figures.map(({ reason, count }) => [reason, count]))
  expect(counts).toMatchObject({ NamespaceNotAllowed: 3, NameRetired: 0, DatabaseUnmarked: 0 })
  expect(counts).not.toHaveProperty('DatabaseLost')
})
