import type { RunningOperator } from '../cluster/operator-under-test.ts'

/** Sums a metric over all of its series that have these labels. */
export async function metricOf(
  operator: RunningOperator,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${operator.url}/metrics`)).text()
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return text
    .split('\n')
    .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter(line => wanted.every(label => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** How many objects of a kind it has looked at until now: `connections`, `partner keys` or `tenants`. */
export async function reconciles(operator: RunningOperator, controller: string): Promise<number> {
  return await metricOf(operator, 'lenskeeper_reconcile_seconds_count', { controller })
}
