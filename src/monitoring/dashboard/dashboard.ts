/** Grafana’s dashboard, as JSON. */
import { installationLabels } from '../installation.ts'
import { apiServerRow } from './api-server.ts'
import { clickHouseRow } from './clickhouse.ts'
import { fleetRow } from './fleet.ts'
import type { Panel, Row } from './panel.ts'
import { queueRow } from './queue.ts'
import { rotationRow } from './rotation.ts'

export const rows: readonly Row[] = [fleetRow, rotationRow, clickHouseRow, apiServerRow, queueRow]

/** Which operators, of several installations. */
const chosen = installationLabels.map(label => `${label}=~"$${label}"`).join(', ')
const datasource = { type: 'prometheus', uid: '$datasource' }

/** Grafana’s grid is 24 wide. */
const width = 8
const height = 8
const perLine = 24 / width

export function exprOf(expr: string): string {
  return expr.replaceAll('$of', chosen)
}

export function renderDashboard(): string {
  return `${JSON.stringify(dashboard(), undefined, 2)}\n`
}

function dashboard() {
  return {
    title: 'Lenskeeper',
    uid: 'lenskeeper',
    description:
      'Generated from src/monitoring by npm run crds. What calls somebody is in the PrometheusRule.',
    tags: ['lenskeeper'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables },
    annotations: { list: [] },
    panels: layout(rows),
  }
}

const variables = [
  {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    current: { text: 'default', value: 'default' },
    hide: 0,
  },
  ...installationLabels.map(name => ({
    name,
    label: capitalized(name),
    type: 'query',
    datasource,
    query: { query: `label_values(lenskeeper_leader, ${name})`, refId: name },
    refresh: 2,
    includeAll: true,
    multi: true,
    // A target always has a job; the others only where somebody gives them.
    allValue: name === 'job' ? '.+' : '.*',
    current: { text: 'All', value: '$__all' },
    sort: 1,
  })),
]

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function layout(all: readonly Row[]) {
  let y = 0
  let id = 0
  return all.flatMap(({ title, panels }) => {
    const heading = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: 24, h: 1 },
    }
    y += 1
    const placed = panels.map((panel, at) => ({
      id: ++id,
      gridPos: {
        x: (at % perLine) * width,
        y: y + Math.floor(at / perLine) * height,
        w: width,
        h: height,
      },
      ...panelOf(panel),
    }))
    y += Math.ceil(panels.length / perLine) * height
    return [heading, ...placed]
  })
}

function panelOf({ type, title, description, unit, queries, troubleFrom }: Panel) {
  const trouble = troubleFrom === undefined ? [] : [{ color: 'red', value: troubleFrom }]
  return {
    type,
    title,
    description,
    datasource,
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource,
      expr: exprOf(expr),
      // Whose it is, where several installations are shown.
      legendFormat: `{{cluster}} {{namespace}} ${legend}`,
      ...(type === 'timeseries' ? { range: true } : { instant: true }),
      ...(type === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: {
      defaults: {
        unit,
        thresholds: { mode: 'absolute', steps: [{ color: 'green', value: null }, ...trouble] },
      },
      overrides: [],
    },
  }
}
