// The alerts, as Prometheus would read them: every series that they ask for can be there, and every
// condition that somebody should look at calls somebody.
import { describe, expect, test } from 'vitest'
import { isAmiss, type ConditionStatus } from '../../src/api/conditions.ts'
import type { ConditionType } from '../../src/api/definition/condition-type.ts'
import { kinds } from '../../src/api/kinds.ts'
import { partnerKeyStatus } from '../../src/api/status/partner-key.ts'
import {
  awaitsPerson,
  isWantedSo,
  refusedOnPurpose,
  tenantsOwnFaults,
  wantedSo,
} from '../../src/api/attention.ts'
import { alerts } from '../../src/monitoring/alerts.ts'
import { anchorsOf, pageAt } from '../docs/pages.ts'
import { alertCases } from './alert-cases.ts'
import { labelsOf } from './metric-table.ts'
import { keptBy, matches, mixing, selectorsIn, type Selector } from './selectors.ts'

const phases = (partnerKeyStatus.json.properties?.['rollout']?.properties?.['phase']?.enum ?? []).map(String)
const answers: readonly ConditionStatus[] = ['True', 'False', 'Unknown']

/** Every value that a label of a metric can have; undefined where the set is not one of the API’s. */
function valuesOf({ metric, matchers }: Selector, label: string): readonly string[] | undefined {
  if (metric === 'lenskeeper_rollout_phase' && label === 'phase') return phases
  if (metric === 'lenskeeper_tenants') return answers
  if (metric === 'lenskeeper_embeds')
    return ['fresh', 'failing', 'overdue', 'expired', 'none', 'suspended', 'waiting']
  if (metric !== 'lenskeeper_condition') return undefined
  if (label === 'kind') return kinds.map(({ kind }) => kind)
  if (label === 'status') return answers
  const given = (name: string): string | undefined =>
    matchers.find(each => each.label === name && each.operator === '=')?.value
  const meant = kinds
    .filter(({ kind }) => (given('kind') ?? kind) === kind)
    .filter(({ conditions }) => Object.hasOwn(conditions, given('type') ?? 'Ready'))
  if (label === 'type') return kinds.flatMap(({ conditions }) => Object.keys(conditions))
  return meant.flatMap(({ reasons }) => Object.keys(reasons))
}

describe('each alert', () => {
  test.each(alerts.map(alert => [alert.name, alert] as const))('%s', (_name, { expr, summary }) => {
    const selectors = selectorsIn(expr)
    expect(selectors).not.toEqual([])
    for (const selector of selectors) {
      const labels = labelsOf.get(selector.metric)
      expect(labels, selector.metric).toBeDefined()
      for (const { label, value } of selector.matchers) {
        expect(labels, `${selector.metric} has no label ${label}`).toContain(label)
        const known = valuesOf(selector, label)
        const unknown = value.split('|').filter(one => known !== undefined && !known.includes(one))
        expect(unknown, `${selector.metric}{${label}}`).toEqual([])
      }
    }
    // A label that the expression sums away would be empty in what is sent.
    const shown = [...summary.matchAll(/\{\{ \$labels\.(\w+) \}\}/g)].map(([, label]) => label)
    for (const label of shown)
      expect(keptBy(expr) ?? labelsOf.get(selectors[0]?.metric ?? '')).toContain(label)
  })

  test.each(alerts.map(({ name, expr }) => [name, expr] as const))(
    '%s is of each installation by itself',
    (_name, expr) => {
      expect(mixing(expr)).toEqual([])
      expect(keptBy(expr)).toBeDefined()
    },
  )

  test('says in one line what is so, and has a place where it says what to do', () => {
    const anchors = anchorsOf(pageAt('docs/troubleshooting.md'))
    expect(alerts.map(({ name }) => name).filter(name => !anchors.has(name.toLowerCase()))).toEqual([])
    for (const { name, summary, description } of alerts) {
      expect(summary.length, name).toBeLessThan(90)
      expect(summary, name).toMatch(/\.$/)
      expect(description.length, name).toBeGreaterThan(30)
    }
  })

  test('is alone of its name', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length)
  })
})

/** What is told by another series, for all its reasons or for one, and so needs no alert of its own. */
const toldBy: Readonly<Record<string, string>> = {
  'PartnerKey Ready RolloutStopped': 'lenskeeper_rollout_phase',
  'PartnerKey RolledOut': 'lenskeeper_rollout_phase',
  'SecureEmbed Ready': 'lenskeeper_embeds_not_ready',
  'SecureEmbed TokenPublished': 'lenskeeper_embeds_not_ready',
}

/** Each part of a tenant is in its Ready, with the same reason. */
const parts = new Set(
  ['DatabaseReady', 'AccessGranted', 'TokenPublished'].map(type => `ConnectorTenant ${type}`),
)

/** Somebody decided it so, or the tenant's author has to mend it. */
const callNobody = new Set<string>([...refusedOnPurpose, ...tenantsOwnFaults, ...awaitsPerson])

test.each([
  ['sum(x) > 0', ['sum(']],
  ['max by (reason) (x) > 0', ['max by (reason)']],
  ['max by (cluster, namespace, job, reason) (x) unless on (reason) y', ['on (reason)']],
  ['max by (cluster, namespace, job) (x) or on () absent(x)', []],
])('what takes installations together is seen: %s', (expr, seen) => {
  expect(mixing(expr)).toEqual(seen)
})

describe('what somebody should look at calls somebody', () => {
  const selectors = alerts.flatMap(({ expr }) => selectorsIn(expr))
  const bad = kinds.flatMap(({ kind, conditions, reasons }) =>
    Object.entries<ConditionType>(conditions)
      .filter(([type, { good }]) => good !== undefined && type !== 'Stalled')
      .map(([type, { good }]) => {
        const status = good === 'True' ? 'False' : 'True'
        const amiss = Object.keys(reasons).filter(reason => isAmiss(conditions, { type, status, reason }))
        return [`${kind} ${type}`, amiss.map(reason => ({ kind, type, status, reason }))] as const
      }),
  )

  test.each(bad)('%s', (name, series) => {
    expect(series.length).toBeGreaterThan(1)
    const calls = (found: (typeof series)[number]): boolean => {
      const one = parts.has(name) ? { ...found, type: 'Ready', status: 'False' } : found
      if (isWantedSo(one.reason)) return true
      if (one.kind === 'ConnectorTenant' && callNobody.has(one.reason)) return true
      const other = toldBy[name] ?? toldBy[`${name} ${one.reason}`]
      return selectors.some(each =>
        other === undefined
          ? each.metric === 'lenskeeper_condition' && matches(each, one)
          : each.metric === other,
      )
    }
    expect(series.filter(one => !calls(one)).map(({ reason }) => reason)).toEqual([])
  })
})

/** They are about what is found on servers, and never say what somebody wants. */
const found = new Set(['Reachable', 'SweepHeld', 'StatementsRefused'])

const everyAnswer = kinds.flatMap(({ kind, conditions }) =>
  Object.keys(conditions)
    .filter(type => !found.has(type))
    .flatMap(type => answers.map(status => ({ kind, type, status }))),
)

test.each(wantedSo)('what somebody wants calls nobody, whatever says so: %s', reason => {
  const selectors = alerts
    .flatMap(({ expr }) => selectorsIn(expr))
    .filter(({ metric }) => metric === 'lenskeeper_condition')
  const calling = everyAnswer.filter(series => selectors.some(each => matches(each, { ...series, reason })))
  expect(calling).toEqual([])
})

test('tenants that are refused on purpose, or wait for a person, or for their author, call nobody', () => {
  const selectors = alerts.flatMap(({ expr }) => selectorsIn(expr))
  for (const reason of callNobody) {
    const series = { kind: 'ConnectorTenant', type: 'Ready', status: 'False', reason }
    const calling = selectors.filter(each => each.metric === 'lenskeeper_condition' && matches(each, series))
    expect(calling, reason).toEqual([])
  }
})

test('each has a case in which it fires, and one in which it does not', () => {
  expect(Object.keys(alertCases).toSorted()).toEqual(alerts.map(({ name }) => name).toSorted())
  expect(Object.values(alertCases).filter(({ quiet }) => quiet.length === 0)).toEqual([])
})
