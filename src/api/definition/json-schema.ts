/** The part of OpenAPI v3 that a structural schema of a CustomResourceDefinition may use, as far as needed. */
export interface JsonSchema {
  readonly type?: 'object' | 'string' | 'integer' | 'boolean' | 'array'
  readonly description?: string
  readonly format?: 'date-time' | 'int32' | 'int64'
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly pattern?: string
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
   * Without one: invalid, and the API server quotes the value. Forbidden does not, so it is for what may hold a
   * secret. (A fourth, FieldValueDuplicate, is left out: the API server drops the message.)
   */
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired'
}

export function cel(rule: string, message: string, options: Pick<Rule, 'fieldPath' | 'reason'> = {}): Rule {
  return { rule, message, ...options }
}

/** The value may never change. On a field that is always present, this covers setting and unsetting too. */
export function immutable(message: string): Rule {
  return cel('self == oldSelf', message, { reason: 'FieldValueForbidden' })
}
