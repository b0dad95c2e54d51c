import { describe, expect, test } from 'vitest'
import { exprOf, renderDashboard, rows } from '../../src/monitoring/dashboard/dashboard.ts'
import { installationLabels } from '../../src/monitoring/installation.ts'
import { labelsOf } from './metric-table.ts'
import { keptBy, mixing, selectorsIn } from './selectors.ts'

const queries = rows.flatMap(({ title, panels }) =>
  panels.flatMap(panel => panel.queries.map(query => [`${title}: ${panel.title}`, query] as const)),
)

/** What Prometheus adds to whatever it scrapes. */
const ofTheTarget = new Set([...installationLabels, 'pod', 'instance'])

describe('the dashboard', () => {
  test.each(queries)('%s', (_title, { expr, legend }) => {
    for (const { metric, matchers } of selectorsIn(exprOf(expr))) {
      const labels = labelsOf.get(metric)
      expect(labels, metric).toBeDefined()
      const unknown = matchers.map(({ label }) => label).filter(label => !labels?.includes(label))
      expect(unknown.filter(label => !ofTheTarget.has(label))).toEqual([])
    }
    // Every query is about the operators that are chosen.
    expect(expr.match(/(?:lenskeeper|process)_\w+(?!\w)(?!\{\$of)/g)).toBeNull()
    expect(mixing(expr)).toEqual([])
    const kept = keptBy(expr)
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    if (kept !== undefined) for (const label of shown) expect(kept).toContain(label)
  })

  test('shows all that docs/operations.md has, but for what stands for something shown', () => {
    const asked = new Set(queries.flatMap(([, { expr }]) => selectorsIn(expr).map(({ metric }) => metric)))
    const left = [...labelsOf.keys()].filter(metric => !asked.has(metric))
    expect(left.toSorted()).toEqual(leftOut.toSorted())
  })

  test('puts its panels side by side, none over another', () => {
    const { panels } = JSON.parse(renderDashboard()) as { panels: { gridPos: Place; id: number }[] }
    const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    )
    expect(new Set(taken).size).toBe(taken.length)
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

interface Place {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

const leftOut = [
  'lenskeeper_build_info',
  'lenskeeper_cache_list_seconds',
  'lenskeeper_cache_objects',
  'lenskeeper_cache_withheld_namespaces',
  'lenskeeper_connection_sync_interval_seconds',
  'lenskeeper_connections_left_out',
  'lenskeeper_embed_refreshes_total',
  'lenskeeper_embeds_not_ready',
  'lenskeeper_queue_retries_total',
  'lenskeeper_reconciles_running',
  'lenskeeper_rollouts_left_out',
]
