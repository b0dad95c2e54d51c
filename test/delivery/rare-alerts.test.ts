/** The alerts that take long, much or a fault of the program, in a real Prometheus before real operators. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ruleGroups } from '../../src/monitoring/rule-file.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { divideRights } from '../integration/truth/corner/rights.ts'
import { eventually } from '../time/eventually.ts'
import { Prometheus, type ScrapedPod } from './prometheus.ts'
import { fallSilent, strain, type Run, type Site } from './sites.ts'
import { broughtElsewhere } from './trouble.ts'

let world: World
let prometheus: Prometheus
const pods: ScrapedPod[] = []
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  world = await startWorld()
  closing.push(() => world.close())
  await divideRights(world)
  const names = new Set(broughtElsewhere)
  const rules = ruleGroups()
    .groups.flatMap(group => group.rules)
    .filter(({ alert }) => names.has(alert))
  // As they are handed out, but that the first evaluation at which it is so is enough.
  const atOnce = rules.map(rule => ({ ...rule, for: '0s' }))
  prometheus = await Prometheus.start({ groups: [{ name: 'rare', rules: atOnce }] })
  closing.push(() => prometheus.close())
})
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

async function run(installation: string, { namespace, kubeconfig, node }: Run): Promise<RunningOperator> {
  const args = ['--watch-namespaces', namespace, '--installation-id', installation]
  const administrator = world.environment.kubeconfigPath
  const operator = await world.startOperator({ kubeconfig: kubeconfig ?? administrator, args, node })
  pods.push({ url: operator.url, pod: `${installation}-a`, namespace: installation })
  await prometheus.scrape(pods)
  return operator
}

/** Of each installation by name, once there are as many as these. */
async function called(installation: string, wanted: readonly string[]): Promise<readonly string[]> {
  return await eventually(
    async () => {
      const its = (await prometheus.firing()).filter(({ labels }) => labels['namespace'] === installation)
      const names = [...new Set(its.map(({ labels }) => labels['alertname'] ?? ''))].toSorted()
      return names.length >= wanted.length && names
    },
    { what: `the alerts of ${installation}`, deadlineMs: 60_000 },
  )
}

test('each calls where it is so, and nowhere else', async () => {
  const site: Site = { world, run, onEnd: close => void closing.push(close) }
  await fallSilent(site)
  await strain(site)
  const silent = ['LenskeeperBlind', 'LenskeeperSyncStale']
  const strained = ['LenskeeperBug', 'LenskeeperCacheFull']
  expect(await called('silent', silent)).toEqual(silent)
  expect(await called('strained', strained)).toEqual(strained)
  expect([...silent, ...strained].toSorted()).toEqual([...broughtElsewhere].toSorted())
  for (const { labels, annotations } of await prometheus.firing()) {
    expect(annotations['summary']).toContain(`${labels['namespace']}: `)
    expect(Object.values(annotations).join('\n')).not.toMatch(/\{\{|<no value>|error expanding/)
  }
})
