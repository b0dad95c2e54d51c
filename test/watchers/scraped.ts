import type { RunningOperator } from '../cluster/operator-under-test.ts'

/** Label names by metric, as a running operator tells them; none where it has no series yet. */
export async function labelsTold(
  operator: Pick<RunningOperator, 'url'>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const text = await (await fetch(`${operator.url}/metrics`)).text()
  const told = new Map<string, Set<string>>()
  for (const [, name = ''] of text.matchAll(/^# HELP (\w+)/gm)) told.set(name, new Set())
  for (const [, sample = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const name = told.has(sample) ? sample : sample.replace(/_(?:bucket|sum|count)$/, '')
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) told.get(name)?.add(label)
  }
  return told
}
