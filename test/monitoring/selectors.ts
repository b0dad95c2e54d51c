/** What a query asks for: enough of PromQL for those of the alerts and of the dashboard. */
import { installationLabels } from '../../src/monitoring/installation.ts'

export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

/** `name` or `name{label="value", …}`, as often as they stand in an expression; without those of the process. */
export function selectorsIn(expr: string): readonly Selector[] {
  return [...expr.matchAll(/(lenskeeper_\w+)(?:\{([^}]*)\})?/g)].map(([, metric = '', inner = '']) => ({
    metric: metric.replace(/_(?:bucket|sum|count)$/, ''),
    matchers: [...inner.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
      ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
    ),
  }))
}

/** The labels that an expression keeps apart: `by (a, b)`. */
export function keptBy(expr: string): readonly string[] | undefined {
  const kept = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, inner = '']) => inner.split(', '))
  return kept.length === 0 ? undefined : kept.flat()
}

/**
 * What takes series of several installations together: an aggregation that does not keep their labels apart, or a match
 * that leaves them out. `or on ()` takes nothing together: it asks whether there is anything at all.
 */
export function mixing(expr: string): readonly string[] {
  const together =
    /\b(?:sum|max|min|avg|count|group|topk|quantile)\s*(?:\(|(?:by|without) \([^)]*\))|\b(?<!\bor )(?:on|ignoring) \([^)]*\)/g
  const kept = new RegExp(`(?:by|on) \\(${installationLabels.join(', ')}[,)]`)
  return [...expr.matchAll(together)].map(([found]) => found).filter(found => !kept.test(found))
}

export function matches({ matchers }: Selector, series: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ label, operator, value }) => {
    const found = series[label] ?? ''
    const isPattern = operator.endsWith('~')
    const holds = isPattern ? new RegExp(`^(?:${value})$`).test(found) : found === value
    return operator.startsWith('!') ? !holds : holds
  })
}
