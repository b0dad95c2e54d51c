/** The alerts and the dashboard in a real Prometheus, over several installations of real operators, one of them well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alerts } from '../../src/monitoring/alerts.ts'
import { exprOf, rows } from '../../src/monitoring/dashboard/dashboard.ts'
import { ruleGroups } from '../../src/monitoring/rule-file.ts'
import { leaseNameOf } from '../../src/operator/election.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { Corner } from '../integration/truth/corner/corner.ts'
import { object } from '../integration/truth/corner/objects.ts'
import { divideRights } from '../integration/truth/corner/rights.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { embed } from '../scenarios/embeds.ts'
import { eventually } from '../time/eventually.ts'
import { Prometheus, type ScrapedPod } from './prometheus.ts'
import { broughtElsewhere, scenes } from './trouble.ts'

let world: World
let prometheus: Prometheus
let calm: Corner
const pods: ScrapedPod[] = []
const closing: (() => Promise<void>)[] = []
const deadlineMs = 100_000
const names = alerts.map(({ name }) => name)

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  closing.push(() => world.close())
  await divideRights(world)
  prometheus = await Prometheus.start(atOnce())
  closing.push(() => prometheus.close())
  calm = new Corner(world, 'calm')
  closing.push(() => calm.close())
  for (const pod of ['a', 'b']) await run('calm', { pod, namespaces: [calm.namespace], elects: true })
  await calm.serve()
})
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

/** As they are handed out, but that nobody waits: the first evaluation at which it is so is enough. */
function atOnce(): object {
  const { groups } = ruleGroups()
  return {
    groups: groups.map(group => ({ ...group, rules: group.rules.map(rule => ({ ...rule, for: '0s' })) })),
  }
}

interface Run {
  readonly pod: string
  readonly namespaces: readonly string[]
  readonly elects?: boolean
  /** Default: an administrator’s. */
  readonly kubeconfig?: string
}

/** An operator for these namespaces, which Prometheus scrapes as a Pod of that installation. */
async function run(
  installation: string,
  { pod, namespaces, elects = false, kubeconfig = world.environment.kubeconfigPath }: Run,
): Promise<RunningOperator> {
  const scope = ['--watch-namespaces', namespaces.join(','), '--installation-id', installation]
  const args = [...scope, ...(elects ? ['--leader-elect'] : [])]
  const operator = await world.startOperator({ kubeconfig, args })
  pods.push({ url: operator.url, pod: `${installation}-${pod}`, namespace: installation })
  await prometheus.scrape(pods)
  return operator
}

/** By name, of one installation. */
async function calling(installation: string): Promise<readonly string[]> {
  const firing = await prometheus.firing()
  const its = firing.filter(({ labels }) => labels['namespace'] === installation)
  return [...new Set(its.map(({ labels }) => labels['alertname'] ?? ''))].toSorted()
}

const leading = (installation: string) =>
  prometheus.query(`sum(lenskeeper_leader{namespace="${installation}"}) == 1`)

test('every rule is evaluated, and an installation of two that is well calls nobody', async () => {
  await eventually(async () => (await leading('calm')).length === 1, { what: 'it is scraped', deadlineMs })
  const rules = await eventually(
    async () => {
      const found = await prometheus.rules()
      return found.length > 0 && found.every(({ health }) => health !== 'unknown') && found
    },
    { what: 'all rules were evaluated', deadlineMs },
  )
  expect(rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : []))).toEqual([])
  expect(rules.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  await eventually(async () => (await prometheus.firing()).length === 0, {
    what: 'nobody is called',
    deadlineMs,
  })
})

describe('with others beside it, each broken in its own way,', () => {
  let idle: RunningOperator

  beforeAll(async () => {
    const all = scenes(world, names)
    closing.push(async () => void (await Promise.all(all.map(({ corner }) => corner.close()))))
    const namespaces = [...new Set(all.map(({ corner }) => corner.namespace))]
    await run('broken', { pod: 'a', namespaces, kubeconfig: await world.operatorKubeconfig() })
    await stick()
    await holdLease(['idle'])
    idle = await run('idle', { pod: 'a', namespaces: ['idle'], elects: true })
    await Promise.all(all.map(({ bring }) => bring()))
  })

  test('each alert that can be brought about in seconds calls, by the name of its installation', async () => {
    const elsewhere = {
      stuck: ['LenskeeperBehind', 'LenskeeperStatusForbidden', 'LenskeeperStatusInvalid'],
      idle: ['LenskeeperNobodyLeads'],
    }
    const others = Object.values(elsewhere).flat()
    const notHere = new Set([...others, ...broughtElsewhere, 'LenskeeperDown'])
    await includes(
      'broken',
      names.filter(name => !notHere.has(name)),
    )
    for (const [installation, wanted] of Object.entries(elsewhere)) await includes(installation, wanted)
  })

  test('one that is well calls nobody all the same', async () => {
    expect(await leading('calm')).toHaveLength(1)
    expect(await calling('calm')).toEqual([])
  })

  test('everything that is sent is filled in, and is sent once', async () => {
    const firing = await prometheus.firing()
    for (const { labels, annotations } of firing) {
      expect(labels).toMatchObject({
        job: 'lenskeeper-metrics',
        namespace: expect.stringMatching(/^(?:broken|stuck|idle)$/),
      })
      expect(annotations['summary']).toContain(`${labels['namespace']}: `)
      expect(Object.values(annotations).join('\n')).not.toMatch(/\{\{|<no value>|error expanding|-n {2}/)
    }
    const shown = firing.map(({ labels }) => JSON.stringify(labels))
    expect(new Set(shown).size).toBe(shown.length)
  })

  const queries = rows.flatMap(({ title, panels }) =>
    panels.flatMap(panel => panel.queries.map(({ expr }) => [`${title}: ${panel.title}`, expr] as const)),
  )

  test.each(queries)('the dashboard’s query is answered: %s', async (_, expr) => {
    const asked = exprOf(expr).replaceAll('$__rate_interval', '1m')
    const of = (namespace: string): string =>
      asked.replaceAll('$namespace', namespace).replaceAll(/\$(?:job|cluster)/g, '.*')
    await prometheus.query(of('.*'))
    for (const { metric } of await prometheus.query(of('broken'))) expect(metric['namespace']).toBe('broken')
  })

  test('one whose Pods are gone is told by its name, and hides behind no other', async () => {
    await idle.kill()
    await prometheus.scrape(pods.filter(({ namespace }) => namespace !== 'idle'))
    await includes('idle', ['LenskeeperDown'])
    expect(await calling('idle')).toEqual(['LenskeeperDown'])
    expect(await calling('calm')).toEqual([])
  })

  async function includes(installation: string, wanted: readonly string[]): Promise<void> {
    await eventually(
      async () => {
        const found = await calling(installation)
        const missing = wanted.filter(name => !found.includes(name))
        if (missing.length > 0) throw new Error(`${missing.join(', ')} missing; there is ${found.join(', ')}`)
        return true
      },
      { what: `the alerts of ${installation}`, deadlineMs, everyMs: 500 },
    )
  }
})

/** An operator that the API server forbids to write one status, refuses another, and never answers to a third. */
async function stick(): Promise<void> {
  const namespace = await world.namespace('stuck')
  const proxy = await FaultProxy.start(world.environment.kubeconfigPath)
  closing.push(() => proxy.close())
  const statusOf = (plural: string) => ({ method: 'PATCH', path: new RegExp(`/${plural}/[^/]+/status$`) })
  proxy.inject({ kind: 'status', status: 403 }, statusOf('clickhouseconnections'))
  proxy.inject({ kind: 'status', status: 422 }, statusOf('connectortenants'))
  proxy.inject({ kind: 'half-open' }, statusOf('secureembeds'))
  await run('stuck', { pod: 'a', namespaces: [namespace], kubeconfig: proxy.kubeconfigPath })
  const endpoints = ['http://127.0.0.1:1']
  await world.apply(
    object('ClickHouseConnection', namespace, 'default', {
      endpoints,
      credentialsSecretRef: { name: 'none' },
    }),
    object('ConnectorTenant', namespace, 'one', {
      partnerKeyRef: { name: 'none' },
      database: 'client_stuck',
    }),
    ...Array.from({ length: 120 }, (_, at) => embed(`lobby-${at}`, {}, namespace)),
  )
}

/** Somebody else's, for far longer than any test takes. */
async function holdLease(namespaces: readonly string[]): Promise<void> {
  const now = new Date().toISOString().replace('Z', '000Z')
  await world.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: leaseNameOf(namespaces), namespace: 'lenskeeper-system' },
    spec: { holderIdentity: 'a-stranger', leaseDurationSeconds: 300, acquireTime: now, renewTime: now },
  })
}
