/** One line of the Prometheus text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** @param wanted only metrics of these names; the API server's text has tens of thousands of lines */
export function parsePrometheus(text: string, wanted: readonly string[]): Sample[] {
  const samples: Sample[] = []
  for (const row of text.split('\n')) {
    if (!wanted.some(name => row.startsWith(name))) continue
    const [, name, labels = '', value] = line.exec(row) ?? []
    if (name === undefined || !wanted.includes(name)) continue
    const pairs = [...labels.matchAll(label)].map(([, key = '', text = '']) => [key, unescape(text)] as const)
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) })
  }
  return samples
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

/** Sums of a counter by one of its labels. */
export function sumBy(samples: readonly Sample[], name: string, label: string): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const sample of samples) {
    if (sample.name !== name) continue
    const key = sample.labels[label] ?? ''
    sums[key] = (sums[key] ?? 0) + sample.value
  }
  return sums
}

/** What has been added to each counter in between; those that stayed are left out. */
export function increase(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const grown = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, value]) => value !== 0))
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
