/** Fields that several kinds have in common. */
import { durationPattern } from '../../core/duration.ts'
import { largestVersion, versionPattern } from './key-version.ts'
import { serverDatabases } from './server-databases.ts'
import { cel, formed, type Rule } from '../definition/json-schema.ts'
import {
  array,
  type IntegerOptions,
  integer,
  object,
  oneOf,
  optional,
  record,
  type Schema,
  string,
} from '../definition/schema.ts'

const subdomain = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'

const subdomainForm = new RegExp(subdomain)
const labelForm = new RegExp(dnsLabel)

/** Whether a namespace may be called so. */
export function isNamespaceName(text: string): boolean {
  return text.length <= 63 && labelForm.test(text)
}

/** Whether an object may be called so. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && subdomainForm.test(text)
}

export const objectNameForm = formed(
  subdomain,
  'must be the name of an object alone: small letters, digits, - and ., with a letter or digit at both ends, such as acme-key; no namespace before it',
)

export const namespaceForm = formed(
  dnsLabel,
  'must be the name of a namespace: small letters, digits and -, with a letter or digit at both ends, such as team-a',
)

/** The name of a Secret or ConfigMap. */
export function secretName(description: string): Schema<string> {
  return string(description, { rules: [objectNameForm], minLength: 1, maxLength: 253 })
}

/** The name of one of our own objects: at most 63 characters, as it becomes a label value. */
export function resourceName(description: string): Schema<string> {
  return string(description, { rules: [objectNameForm], minLength: 1, maxLength: 63 })
}

export function namespaceName(description: string): Schema<string> {
  return string(description, { rules: [namespaceForm], minLength: 1, maxLength: 63 })
}

export function dataKey(description: string): Schema<string> {
  const form = formed(
    '^[-._a-zA-Z0-9]+$',
    'must be a key in the Secret’s data: letters, digits, -, _ and ., such as private.pem',
  )
  return string(description, { rules: [form], minLength: 1, maxLength: 253 })
}

/**
 * A duration such as `1m30s`, between two others. Both bounds are allowed. One rule judges the form and one the range
 * alone, so that one mistake gives one sentence.
 */
export function duration(
  description: string,
  { minimum, maximum }: { readonly minimum: string; readonly maximum: string },
): Schema<string> {
  const inRange = `duration(self) >= duration('${minimum}') && duration(self) <= duration('${maximum}')`
  const isDuration = `self.matches('${durationPattern}')`
  const rules = [
    cel(isDuration, `must be a duration in h, m and s, such as 30m or 1h30m, from ${minimum} to ${maximum}`),
    cel(`!${isDuration} || (${inRange})`, `must be from ${minimum} to ${maximum}`),
  ]
  return string(`${description} In h, m and s, such as 1h30m, from ${minimum} to ${maximum}.`, {
    minLength: 1,
    maxLength: 32,
    rules,
  })
}

export function keyVersion(description: string): Schema<number> {
  const range: IntegerOptions = { minimum: 1, maximum: largestVersion }
  return integer(`${description} A whole number from 1.`, range)
}

/** `"1:2"`: DataLens’s key version, then the partner’s, as a token begins. */
export function pair(description: string): Schema<string> {
  return string(`${description} DataLens’s key version and the partner’s, as a token begins: "1:2".`, {
    rules: [
      formed(
        `^${versionPattern}:${versionPattern}$`,
        'must be two key versions with a colon between and without leading zeros, in quotes: "1:2"',
      ),
    ],
    maxLength: 21,
  })
}

/** The fingerprint of a public key: SHA-256 over its DER form, in base64 without padding. */
export function fingerprint(description: string): Schema<string> {
  return string(`${description} "SHA256:" and 43 characters of base64.`, {
    rules: [
      formed(
        '^SHA256:[A-Za-z0-9+/]{43}$',
        'must be the whole fingerprint: SHA256: and 43 characters of base64, without = at the end, as lenskeeper handover shows it',
      ),
    ],
    maxLength: 50,
  })
}

/**
 * The names that a tenant's database may have. ASCII alone, so that none looks like another by a letter of another
 * alphabet; and no name that the server or the operator uses itself.
 */
const databaseRules: readonly Rule[] = [
  formed(
    '^[A-Za-z_][A-Za-z0-9_]*$',
    'must be a letter or _, then letters, digits and _ (ASCII), such as client_1: no - and no . in it',
  ),
  cel(
    `!(self.lowerAscii() in [${serverDatabases.map(name => `'${name}'`).join(', ')}])`,
    `is a database of the server itself (${serverDatabases.join(', ')}) and cannot be a tenant’s: choose another name`,
  ),
  cel(
    "!self.lowerAscii().startsWith('lenskeeper_')",
    'names that begin with lenskeeper_ are the operator’s own: choose another name',
  ),
]

export function databaseName(description: string, rules: readonly Rule[] = []): Schema<string> {
  return string(description, {
    minLength: 1,
    maxLength: 127,
    rules: [...databaseRules, ...rules],
  })
}

const labelValuePattern = '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'

export const labelValue = string('A label value.', {
  maxLength: 63,
  rules: [
    formed(
      labelValuePattern,
      'must be a label’s value: letters, digits, -, _ and ., with a letter or digit at both ends, or nothing',
    ),
  ],
})

export const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
const labelKeyForm =
  'must be a label’s key: up to 63 letters, digits, -, _ and ., with an optional prefix, such as acme.example/team'

const expression = object(
  'One requirement on a label.',
  {
    key: string('The label’s key.', {
      minLength: 1,
      maxLength: 317,
      rules: [formed(labelKeyPattern, labelKeyForm)],
    }),
    operator: oneOf('How the label is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: optional(
      array('The values to compare with; none for Exists and DoesNotExist.', labelValue, { maxItems: 64 }),
    ),
  },
  {
    rules: [
      cel(
        "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
        'In and NotIn need values; Exists and DoesNotExist take none',
        { fieldPath: '.values' },
      ),
    ],
  },
)

/** A label selector as in the rest of Kubernetes, except that an empty one is refused: it selects everything. */
export function labelSelector(description: string): Schema<LabelSelector> {
  const fields = {
    matchLabels: optional(
      record('Labels that must all be there with these values.', labelValue, {
        maxProperties: 32,
        rules: [cel(`self.all(k, k.matches('${labelKeyPattern}'))`, `each key ${labelKeyForm}`)],
      }),
    ),
    matchExpressions: optional(array('Requirements that must all hold.', expression, { maxItems: 32 })),
  }
  const notEmpty = cel(
    '(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)',
    'an empty selector selects everything: name at least one label',
  )
  return object(description, fields, { atomic: true, rules: [notEmpty] })
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelRequirement[]
}

export interface LabelRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}
