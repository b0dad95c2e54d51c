/** Which labels a PartnerKey asks of a tenant's namespace, and the command that gives it those. Pure. */
import type { LabelRequirement, LabelSelector } from '../../../api/fields/fields.ts'
import type { Namespace } from '../../../api/core-objects.ts'
import { inWords } from '../../../core/text/list-text.ts'
import { meets } from '../../../tenancy/label-selector.ts'

export function askedLabels(selector: LabelSelector, { metadata }: Pick<Namespace, 'metadata'>): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([name, value]) => `${name}=${value}`)
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    [key, operator, ...(values.length === 0 ? [] : [`(${values.join(', ')})`])].join(' '),
  )
  const asked = inWords([...labels, ...expressions], 'and')
  return `It lets namespaces in that have ${asked}: ${labelCommand(selector, metadata)}`
}

/** Changes only what is not met, and takes the first of several values. */
function labelCommand(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  { name, labels = {} }: Namespace['metadata'],
): string {
  const equal = Object.entries(matchLabels).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [value] }),
  )
  const unmet = [...equal, ...matchExpressions].filter(requirement => !meets(requirement, labels))
  const changes = new Map(unmet.reverse().map(requirement => [requirement.key, changeFor(requirement)]))
  const replaces = [...changes].some(([key, change]) => Object.hasOwn(labels, key) && change !== `${key}-`)
  const words = ['kubectl label', ...(replaces ? ['--overwrite'] : []), 'namespace', name]
  return [...words, ...[...changes.values()].reverse()].join(' ')
}

function changeFor({ key, operator, values = [] }: LabelRequirement): string {
  if (operator === 'Exists') return `${key}=`
  return operator === 'In' ? `${key}=${values[0] ?? ''}` : `${key}-`
}
