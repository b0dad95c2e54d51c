/** What the schemas here use of OpenAPI v3, within what a structural schema of a CRD allows. */
export interface JsonSchema {
  readonly type?: 'object' | 'string' | 'integer' | 'boolean' | 'array'
  readonly description?: string
  readonly format?: 'date-time' | 'int32' | 'int64'
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema
  readonly items?: JsonSchema
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic'
  /** Instead of a type. */
  readonly 'x-kubernetes-int-or-string'?: true
  readonly 'x-kubernetes-validations'?: readonly Rule[]
}

/** One CEL rule, as the API server runs it on create and update. */
export interface Rule {
  readonly rule: string
  /** One line for the person who wrote the object: what to do, not what the rule is. */
  readonly message: string
  /** The field to blame, relative to where the rule stands: `.namespaces.selector`. */
  readonly fieldPath?: string
  /**
   * Default: FieldValueInvalid, with which the API server quotes the value. With FieldValueForbidden it does not, so
   * that is for values that may be secrets. FieldValueDuplicate is left out: the API server drops its message.
   */
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired'
}

export function cel(rule: string, message: string, options: Pick<Rule, 'fieldPath' | 'reason'> = {}): Rule {
  return { rule, message, ...options }
}

/** The value may never change. A field that is always present can then be neither set nor unset later. */
export function immutable(message: string): Rule {
  return cel('self == oldSelf', message, { reason: 'FieldValueForbidden' })
}

/**
 * The text has this form. A pattern would do, but then the API server tells people the pattern alone.
 *
 * @param pattern without single quotes
 */
export function formed(pattern: string, message: string): Rule {
  return cel(`self.matches(r'${pattern}')`, message)
}
