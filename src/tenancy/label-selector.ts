import type { LabelRequirement, LabelSelector } from '../api/fields/fields.ts'

/** Whether labels satisfy all requirements of a selector, as in Kubernetes. An empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {})
  return (
    wanted.every(([key, value]) => valueOf(labels, key) === value) &&
    (selector.matchExpressions ?? []).every(requirement => meets(requirement, labels))
  )
}

/** Whether labels satisfy one requirement of a selector. */
export function meets(requirement: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = valueOf(labels, requirement.key)
  const values = requirement.values ?? []
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      // This version does not know the operator: better nothing is selected than too much.
      requirement.operator satisfies never
      return false
  }
}

function valueOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
