/** The alerts, as far as what is the case at one moment decides them. */

/** One time series, as /metrics shows it. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Selector {
  readonly metric: string
  readonly matches: (labels: Series['labels']) => boolean
  readonly holds: (value: number) => boolean
}

export interface Alert {
  readonly name: string
  /** Undefined where it takes more than one moment to tell: a rate, or that nothing is there. */
  readonly selects: ((series: readonly Series[]) => boolean) | undefined
}

export function alertsOf(
  rules: readonly { readonly name: string; readonly expr: string }[],
): readonly Alert[] {
  return rules.map(({ name, expr }) => ({ name, selects: compile(expr) }))
}

export function parseMetrics(text: string): readonly Series[] {
  return text.split('\n').flatMap(line => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return name === '' ? [] : [{ name, labels: labelsIn(labels), value: Number(value) }]
  })
}

function labelsIn(text: string): Series['labels'] {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value]))
}

/** `metric{matchers} > 0`, with or without a maximum around it. */
function compile(expr: string): Alert['selects'] {
  const found = /^(?:max by \([\w, ]+\) \()?(\w+)(?:\{([^}]*)\})?\)? (>|==) (\d+)$/.exec(expr)
  if (found === null) return undefined
  const [, metric = '', matchers = '', operator, bound] = found
  const selector: Selector = {
    metric,
    matches: matcherOf(matchers),
    holds: value => (operator === '>' ? value > Number(bound) : value === Number(bound)),
  }
  return series =>
    series.some(
      ({ name, labels, value }) =>
        name === selector.metric && selector.matches(labels) && selector.holds(value),
    )
}

function matcherOf(text: string): Selector['matches'] {
  const each = [...text.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
    ([, label = '', operator, value = '']) => {
      const matches = operator?.endsWith('~') === true ? new RegExp(`^(?:${value})$`) : undefined
      return (labels: Series['labels']): boolean => {
        const has = labels[label] ?? ''
        const isIt = matches === undefined ? has === value : matches.test(has)
        return operator?.startsWith('!') === true ? !isIt : isIt
      }
    },
  )
  return labels => each.every(match => match(labels))
}
