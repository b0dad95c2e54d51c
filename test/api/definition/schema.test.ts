import { describe, expect, expectTypeOf, it } from 'vitest'
import { cel, immutable } from '../../../src/api/definition/json-schema.ts'
import {
  array,
  boolean,
  defaulted,
  integer,
  object,
  oneOf,
  optional,
  record,
  string,
  type TypeOf,
  timestamp,
} from '../../../src/api/definition/schema.ts'

describe('what the API server gets', () => {
  it.each([
    ['a string', string('d', { minLength: 1, maxLength: 2 }), { type: 'string', minLength: 1, maxLength: 2 }],
    ['a choice', oneOf('d', ['A', 'B']), { type: 'string', enum: ['A', 'B'] }],
    ['a time', timestamp('d'), { type: 'string', format: 'date-time' }],
    [
      'an integer',
      integer('d', { minimum: 1, maximum: 9 }),
      { type: 'integer', format: 'int32', minimum: 1, maximum: 9 },
    ],
    ['a long integer', integer('d', { format: 'int64' }), { type: 'integer', format: 'int64' }],
    ['a boolean', boolean('d'), { type: 'boolean' }],
    [
      'a map',
      record('d', string('v'), { maxProperties: 3 }),
      { type: 'object', maxProperties: 3, additionalProperties: { type: 'string', description: 'v' } },
    ],
    [
      'a list, atomic unless said otherwise',
      array('d', string('v'), { maxItems: 3 }),
      {
        type: 'array',
        maxItems: 3,
        items: { type: 'string', description: 'v' },
        'x-kubernetes-list-type': 'atomic',
      },
    ],
    [
      'a list with keys',
      array('d', object('o', { url: string('u') }), { listType: 'map', mapKeys: ['url'] }),
      {
        type: 'array',
        items: {
          type: 'object',
          description: 'o',
          required: ['url'],
          properties: { url: { type: 'string', description: 'u' } },
        },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['url'],
      },
    ],
  ])('%s', (_name, { json }, expected) => {
    expect(json).toEqual({ description: 'd', ...expected })
  })

  it('requires what is neither optional nor has a default', () => {
    const { json } = object('d', {
      a: string('a'),
      b: optional(string('b')),
      c: defaulted(object('c', { e: defaulted(integer('e'), 5) }), {}),
    })
    expect(json.required).toEqual(['a'])
    expect(json.properties?.c?.default).toEqual({ e: 5 })
    expect(json.properties?.c?.properties?.e?.default).toBe(5)
  })

  it('leaves `required` out where nothing is: an empty list is not a structural schema', () => {
    expect(object('d', { a: optional(string('a')) }).json).not.toHaveProperty('required')
  })

  it('carries rules and keeps them when a field becomes optional', () => {
    const ruled = object(
      'd',
      {},
      { atomic: true, rules: [cel('true', 'm', { fieldPath: '.a' }), immutable('n')] },
    )
    expect(optional(ruled).json).toMatchObject({
      'x-kubernetes-map-type': 'atomic',
      'x-kubernetes-validations': [
        { rule: 'true', message: 'm', fieldPath: '.a' },
        { rule: 'self == oldSelf', message: 'n', reason: 'FieldValueForbidden' },
      ],
    })
  })
})

describe('what the compiler gets', () => {
  const schema = object('d', {
    name: string('n'),
    mode: defaulted(oneOf('m', ['On', 'Off']), 'On'),
    port: optional(integer('p')),
    nested: defaulted(object('o', { flag: defaulted(boolean('f'), false), hint: optional(string('h')) }), {}),
    list: optional(array('l', object('i', { url: string('u') }))),
    map: defaulted(record('r', string('v'), { maxProperties: 1 }), {}),
  })

  it('is what a reader finds: defaults are there, optional fields may not be', () => {
    expectTypeOf<TypeOf<typeof schema>>().toEqualTypeOf<{
      readonly name: string
      readonly mode: 'On' | 'Off'
      readonly nested: { readonly flag: boolean; readonly hint?: string }
      readonly map: Readonly<Record<string, string>>
      readonly port?: number
      readonly list?: readonly { readonly url: string }[]
    }>()
  })

  it('refuses a default that the field cannot have', () => {
    // @ts-expect-error Both is not among the values
    expect(defaulted(oneOf('m', ['On', 'Off']), 'Both').presence).toBe('defaulted')
    // @ts-expect-error a text is no number
    expect(defaulted(integer('i'), '5').presence).toBe('defaulted')
  })
})
