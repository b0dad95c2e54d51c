/** The real Prometheus's word on the rules and queries that are handed out: it takes each, and each calls when it should. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { alerts } from '../../src/monitoring/alerts.ts'
import { exprOf, rows } from '../../src/monitoring/dashboard/dashboard.ts'
import { ruleGroups } from '../../src/monitoring/rule-file.ts'
import { manifestOf } from '../deploy/manifests.ts'
import { alertCases, type Scrapes } from '../monitoring/alert-cases.ts'
import { pairs, scrapedFrom } from '../monitoring/installations.ts'
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
  const tests = Object.entries(alertCases).flatMap(([name, { fires, also = [], quiet, ...about }]) => [
    ...[fires, ...also].map(scrapes => testOf(name, scrapes, about)),
    ...quiet.map(scrapes => testOf(name, scrapes, { at: about.at, labels: none })),
  ])
  await judge(tests)
})

describe.each(Object.entries(pairs))('of two installations, %s,', (_, [first, second]) => {
  test.each([
    ['first', first, second],
    ['second', second, first],
  ])('the %s calls alone, by its name, once for both of its operators', async (__, broken, well) => {
    // All at once, but for the one that takes away what another needs.
    const groups = Object.groupBy(Object.entries(alertCases), ([name]) => String(name === 'LenskeeperDown'))
    const tests = Object.values(groups).map((cases = []) => {
      const calls = cases.map(([name, { at, labels }]) => ({ name, at, labels: { ...labels, ...broken } }))
      const fires = cases.map(([, one]) => scrapedFrom(broken, one.fires))
      const calm = cases.map(
        ([
          ,
          {
            quiet: [near = {}],
          },
        ]) => scrapedFrom(well, near),
      )
      return together(Object.assign({}, ...fires, ...calm) as Scrapes, calls)
    })
    expect(tests).toHaveLength(2)
    await judge(tests)
  })
})

const [[here, elsewhere]] = Object.values(pairs) as [(typeof pairs)[string]]

test('one that never answered is down, though another is well', async () => {
  const scrapes = {
    ...scrapedFrom(here, { up: '0x30' }),
    ...scrapedFrom(elsewhere, { up: '1x30', lenskeeper_leader: '1x30' }),
  }
  await judge([testOf('LenskeeperDown', scrapes, { at: 11, labels: { ...here } })])
})

test('one that was removed is forgotten within a week, if there is another', async () => {
  const scrapes = {
    ...scrapedFrom(here, { lenskeeper_leader: '1x5 stale' }),
    ...scrapedFrom(elsewhere, { lenskeeper_leader: '1x200' }),
  }
  const interval = '1h'
  const tests = [
    testOf('LenskeeperDown', scrapes, { at: 6 * 24 * 60, labels: { ...here }, interval }),
    testOf('LenskeeperDown', scrapes, { at: 7 * 24 * 60 + 600, labels: none, interval }),
  ]
  await judge(tests, interval)
})

test('a case can fail', async () => {
  const wrong = testOf('LenskeeperNobodyLeads', { lenskeeper_leader: '1x30' }, { at: 3 })
  await expect(judge([wrong])).rejects.toThrow()
})

/** Nobody is called. */
const none = Symbol('none')

async function judge(tests: readonly object[], interval = '1m'): Promise<void> {
  await write('tests.yaml', { rule_files: ['rules.yaml'], evaluation_interval: interval, tests })
  expect(await run(['test', 'rules', 'tests.yaml'])).toContain('SUCCESS')
}

interface Judged {
  /** Minutes after the first scrape. */
  readonly at: number
  /** Of the one call that there is. */
  readonly labels?: Labels | typeof none
  /** Between two scrapes. */
  readonly interval?: string
}

function testOf(name: string, scrapes: Scrapes, { interval, ...about }: Judged) {
  return together(scrapes, [{ name, ...about }], interval)
}

interface Call extends Omit<Judged, 'interval'> {
  readonly name: string
}

function together(scrapes: Scrapes, calls: readonly Call[], interval = '1m') {
  const [first] = calls
  return {
    name: `${first?.name} ${first?.labels === none ? 'is quiet' : 'calls'}: ${JSON.stringify(scrapes)}`,
    interval,
    input_series: Object.entries(scrapes).map(([series, values]) => ({ series, values })),
    alert_rule_test: calls.map(({ name, at, labels = {} }) => ({
      eval_time: `${at}m`,
      alertname: name,
      exp_alerts: labels === none ? [] : [callOf(name, labels)],
    })),
  }
}

type Labels = Readonly<Record<string, string>>

/** What is sent: with labels in place of what stands for them. */
function callOf(name: string, labels: Labels) {
  const rule = ruleGroups()
    .groups.flatMap(({ rules }) => rules)
    .find(({ alert }) => alert === name)
  if (rule === undefined) throw new Error(`there is no alert ${name}`)
  const { summary, description, runbook_url } = rule.annotations
  return {
    exp_labels: { ...labels, ...rule.labels },
    exp_annotations: {
      summary: filled(summary, labels),
      description: filled(description, labels),
      runbook_url,
    },
  }
}

/** As Prometheus fills in a template, as far as ours go. */
function filled(text: string, labels: Labels): string {
  return text
    .replaceAll(
      /\{\{ with \$labels\.(\w+) \}\}\{\{ \. \}\}(.*?)\{\{ end \}\}/g,
      (_, label: string, after: string) => (labels[label] === undefined ? '' : labels[label] + after),
    )
    .replaceAll(
      /\{\{ or \$labels\.(\w+) "([^"]*)" \}\}/g,
      (_, label: string, otherwise: string) => labels[label] ?? otherwise,
    )
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
}
