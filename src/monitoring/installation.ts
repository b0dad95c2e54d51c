/** Several installations in one Prometheus: what tells them apart, so that none hides another's trouble or answers for it. */

/**
 * Labels of a target, as a ServiceMonitor gives them; `cluster` where agents or rulers of several clusters add it. One
 * that nobody gives is empty for all, and does no harm.
 */
export const installationLabels = ['cluster', 'namespace', 'job'] as const

/**
 * For `sum`, `max` and the like: each installation by itself, its operators taken together, as the one that stands by
 * tells the same of objects. @param labels of the metric, that are kept as well
 */
export function each(...labels: readonly string[]): string {
  return `by (${listed(labels)})`
}

/** For `unless` and the like, in the same way. */
export function onEach(...labels: readonly string[]): string {
  return `on (${listed(labels)})`
}

function listed(labels: readonly string[]): string {
  return [...installationLabels, ...labels].join(', ')
}

/** What a person reads first: whose trouble it is. Nothing where Prometheus was not told. */
export const whose =
  '{{ with $labels.cluster }}{{ . }}/{{ end }}{{ with $labels.namespace }}{{ . }}: {{ end }}'

/** kubectl, where the operators of the installation are. */
export const kubectlThere = 'kubectl -n {{ or $labels.namespace "lenskeeper-system" }}'

/** Of all its operators: by the name of the Deployment kubectl shows those of one. */
export const logsThere = `${kubectlThere} logs -l app.kubernetes.io/name=lenskeeper --prefix --tail=100`
