// The alerts of operations.md, as Prometheus would read them: every series that they ask for can be there, and every
// condition that somebody should look at calls somebody.
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isAmiss, type ConditionStatus } from '../../src/api/conditions.ts'
import type { ConditionType } from '../../src/api/definition/condition-type.ts'
import { kinds } from '../../src/api/kinds.ts'
import { partnerKeyStatus } from '../../src/api/status/partner-key.ts'
import { pageAt } from './pages.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

const operations = pageAt('docs/operations.md')
const rules = operations.fences
  .filter(({ text }) => text.startsWith('groups:'))
  .flatMap(({ text }) => (parse(text) as { groups: readonly { rules: readonly Rule[] }[] }).groups)
  .flatMap(group => group.rules)

interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

/** `name` or `name{label="value", …}`, as often as they stand in an expression. */
function selectorsIn(expr: string): readonly Selector[] {
  return [...expr.matchAll(/(lenskeeper_\w+)(?:\{([^}]*)\})?/g)].map(([, metric = '', inner = '']) => ({
    metric,
    matchers: [...inner.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
      ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
    ),
  }))
}

/** Labels by metric, as the table above the alerts has them. */
const labelsOf = new Map(
  [...operations.prose.matchAll(/^\| `(lenskeeper_\w+)` \| ([^|]*)\|/gm)].map(
    ([, metric = '', cell = '']) => [metric, [...cell.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)],
  ),
)

const phases = (partnerKeyStatus.json.properties?.['rollout']?.properties?.['phase']?.enum ?? []).map(String)
const answers: readonly ConditionStatus[] = ['True', 'False', 'Unknown']

/** Every value that a label of a metric can have; undefined where the set is not one of the API’s. */
function valuesOf({ metric, matchers }: Selector, label: string): readonly string[] | undefined {
  if (metric === 'lenskeeper_rollout_phase' && label === 'phase') return phases
  if (metric === 'lenskeeper_tenants') return answers
  if (metric === 'lenskeeper_embeds') return ['fresh', 'failing', 'overdue', 'expired', 'none', 'suspended']
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

function matches({ matchers }: Selector, series: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ label, operator, value }) => {
    const found = series[label] ?? ''
    const isPattern = operator.endsWith('~')
    const holds = isPattern ? new RegExp(`^(?:${value})$`).test(found) : found === value
    return operator.startsWith('!') ? !holds : holds
  })
}

describe('each alert', () => {
  test.each(rules.map(rule => [rule.alert, rule] as const))('%s', (_name, { expr, annotations }) => {
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
    const shown = [...annotations.summary.matchAll(/\{\{ \$labels\.(\w+) \}\}/g)].map(([, label]) => label)
    const [, by] = /sum by \((\w+)\)/.exec(expr) ?? []
    for (const label of shown)
      expect(by === undefined ? labelsOf.get(selectors[0]?.metric ?? '') : [by]).toContain(label)
  })
})

/** What is told by another series, for all its reasons or for one, and so needs no alert of its own. */
const toldBy: Readonly<Record<string, string>> = {
  'PartnerKey Ready RolloutStopped': 'lenskeeper_rollout_phase',
  'PartnerKey RolledOut': 'lenskeeper_rollout_phase',
  'ConnectorTenant Ready': 'lenskeeper_tenants',
  'ConnectorTenant DatabaseReady': 'lenskeeper_tenants',
  'ConnectorTenant AccessGranted': 'lenskeeper_tenants',
  'ConnectorTenant TokenPublished': 'lenskeeper_tenants',
  'SecureEmbed Ready': 'lenskeeper_embeds_not_ready',
  'SecureEmbed TokenPublished': 'lenskeeper_embeds_not_ready',
}

describe('what somebody should look at calls somebody', () => {
  const selectors = rules.flatMap(({ expr }) => selectorsIn(expr))
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
    const calls = (one: (typeof series)[number]): boolean => {
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
