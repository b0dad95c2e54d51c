/** The real Prometheus's word on the rules and queries that are handed out: it takes each, and each calls when it should. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { alerts } from '../../src/monitoring/alerts.ts'
import { exprOf, rows } from '../../src/monitoring/dashboard/dashboard.ts'
import { manifestOf } from '../deploy/manifests.ts'
import { alertCases, type AlertCase, type Scrapes } from '../monitoring/alert-cases.ts'
import { goTool } from './go-tool.ts'

let promtool: string
let folder: string
beforeAll(async () => {
  promtool = await goTool('promtool')
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-rules-'))
  // As it stands in the file that is handed out.
  await write('rules.yaml', manifestOf('deploy/monitoring/prometheus-rule.yaml').spec)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, content: unknown): Promise<void> {
  await writeFile(join(folder, name), stringify(content, { aliasDuplicateObjects: false }))
}

/** Rejects with what it complains of. */
async function run(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(promtool, args, { cwd: folder })).stdout
}

test('every rule is one that Prometheus takes', async () => {
  expect(await run(['check', 'rules', 'rules.yaml'])).toContain(`${alerts.length} rules found`)
})

test('so is every query of the dashboard', async () => {
  const queries = rows
    .flatMap(({ panels }) => panels.flatMap(panel => panel.queries))
    .map(({ expr }) => exprOf(expr).replaceAll('$__rate_interval', '2m').replaceAll(/\$\w+/g, '.+'))
  const rules = queries.map((expr, at) => ({ record: `query:${at}`, expr }))
  await write('queries.yaml', { groups: [{ name: 'queries', rules }] })
  expect(await run(['check', 'rules', 'queries.yaml'])).toContain(`${queries.length} rules found`)
})

test('each alert calls when it should, with all that it says, and is quiet when it is near', async () => {
  const tests = Object.entries(alertCases).flatMap(([name, { fires, quiet, ...about }]) => [
    testOf(name, fires, { ...about, isCalling: true }),
    ...quiet.map(scrapes => testOf(name, scrapes, { ...about, isCalling: false })),
  ])
  await write('tests.yaml', { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests })
  expect(await run(['test', 'rules', 'tests.yaml'])).toContain('SUCCESS')
})

test('a case can fail', async () => {
  const wrong = testOf('LenskeeperNobodyLeads', { lenskeeper_leader: '1x30' }, { at: 3, isCalling: true })
  await write('wrong.yaml', { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests: [wrong] })
  await expect(run(['test', 'rules', 'wrong.yaml'])).rejects.toThrow()
})

function testOf(
  name: string,
  scrapes: Scrapes,
  { at, labels = {}, isCalling }: Pick<AlertCase, 'at' | 'labels'> & { readonly isCalling: boolean },
) {
  return {
    name: `${name} ${isCalling ? 'calls' : 'is quiet'}: ${JSON.stringify(scrapes)}`,
    interval: '1m',
    input_series: Object.entries(scrapes).map(([series, values]) => ({ series, values })),
    alert_rule_test: [
      { eval_time: `${at}m`, alertname: name, exp_alerts: isCalling ? [callOf(name, labels)] : [] },
    ],
  }
}

/** What is sent: with labels in place of what stands for them. */
function callOf(name: string, labels: Readonly<Record<string, string>>) {
  const alert = alerts.find(one => one.name === name)
  if (alert === undefined) throw new Error(`there is no alert ${name}`)
  const fill = (text: string): string =>
    text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
  return {
    exp_labels: { ...labels, severity: alert.severity },
    exp_annotations: {
      summary: fill(alert.summary),
      description: fill(alert.description),
      runbook_url: `https://git.example/lenskeeper/docs/troubleshooting.md#${name.toLowerCase()}`,
    },
  }
}
