/**
 * What a tenant's author may write on the token's Secret. Tools prune, adopt or copy Secrets by their labels and
 * annotations. So keys of those tools, of Kubernetes and of this operator are refused. Besides, the operator allows
 * only the prefixes that its administrator lists.
 */
import { cel, type Rule } from '../definition/json-schema.ts'
import { record, type Schema, string } from '../definition/schema.ts'
import { labelKeyPattern, labelValue } from './fields.ts'

const reservedDomains: Readonly<Record<string, string>> = {
  'lenskeeper.dev': 'the operator’s own',
  'kubernetes.io': 'those of Kubernetes, and tools select and prune by them',
  'k8s.io': 'those of Kubernetes, and tools select and copy by them',
  'argoproj.io': 'those of Argo CD, which prunes by them',
  'fluxcd.io': 'those of Flux, which prunes by them',
  'helm.sh': 'those of Helm, which adopts and deletes by them',
}

const rules: readonly Rule[] = [
  cel(
    `self.all(k, k.matches('${labelKeyPattern}'))`,
    'a key must be a name of up to 63 letters, digits, - _ and . with an optional prefix, such as acme.example/team',
  ),
  ...Object.entries(reservedDomains).map(([domain, whose]) =>
    cel(
      `self.all(k, !k.startsWith('${domain}/') && !k.contains('.${domain}/'))`,
      `keys of ${domain} are ${whose}: use a key of your own`,
      { reason: 'FieldValueForbidden' },
    ),
  ),
]

export const secretLabels: Schema<Readonly<Record<string, string>>> = record(
  'Labels to put on the Secret. Keys of lenskeeper.dev, Kubernetes, Argo CD, Flux and Helm are refused, and so is any prefix that the operator’s --secret-metadata-prefixes does not list.',
  labelValue,
  { maxProperties: 32, rules },
)

export const secretAnnotations: Schema<Readonly<Record<string, string>>> = record(
  'Annotations to put on the Secret. The same keys are refused as for labels.',
  string('An annotation’s value.', { maxLength: 4096 }),
  { maxProperties: 32, rules },
)
