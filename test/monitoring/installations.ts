/** What Prometheus makes of what operators tell: each series has the labels of the target that it was scraped from. */
import type { Scrapes } from './alert-cases.ts'

/** Labels that tell an installation from others. */
export interface Installation {
  readonly cluster?: string
  readonly namespace: string
  readonly job: string
}

const job = 'lenskeeper-metrics'

/** Two that one Prometheus scrapes, by what they differ in. */
export const pairs: Readonly<Record<string, readonly [Installation, Installation]>> = {
  'one of the cluster, one of some namespaces': [
    { namespace: 'lenskeeper-system', job },
    { namespace: 'team-a-lenskeeper', job },
  ],
  'two in one namespace, by a prefix of their names': [
    { namespace: 'lenskeeper-system', job },
    { namespace: 'lenskeeper-system', job: `staging-${job}` },
  ],
  'the same in two clusters': [
    { cluster: 'eu-1', namespace: 'lenskeeper-system', job },
    { cluster: 'us-1', namespace: 'lenskeeper-system', job },
  ],
}

/** Of its two operators, one of which leads. What the case says of one of them is that one's alone. */
export function scrapedFrom(installation: Installation, scrapes: Scrapes): Scrapes {
  const series = Object.entries(scrapes).flatMap(([name, values]) =>
    podsOf(name).map(pod => [labelled(name, { ...installation, ...pod }), values] as const),
  )
  return Object.fromEntries(series)
}

function podsOf(series: string): readonly Readonly<Record<string, string>>[] {
  const [, named] = /pod="(\w+)"/.exec(series) ?? []
  const pods = named === undefined ? ['a', 'b'] : [named]
  return pods.map(pod => ({ pod, instance: `10.0.0.${pod.codePointAt(0)}:8080` }))
}

function labelled(series: string, labels: Readonly<Record<string, string>>): string {
  const [, metric = '', inner = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(series) ?? []
  const own = inner.split(', ').filter(one => one !== '' && !one.startsWith('pod='))
  const added = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return `${metric}{${[...own, ...added].join(', ')}}`
}
