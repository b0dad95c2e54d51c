import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  readParams,
  refuseConflict,
  requireParams,
  reservedParams,
  type CheckedParam,
} from '../../src/embed/parameters.ts'
import { thrownBy } from './thrown.ts'

const text = { numbers: false }
const numbers = { numbers: true }

class Session {
  get tenant(): string {
    return 'acme'
  }
}

const sparse: string[] = []
sparse[1] = 'b'

/** A list that says this of its length. */
function listOfLength(length: unknown): readonly string[] {
  return new Proxy(['acme'], { get: (list, name) => (name === 'length' ? length : Reflect.get(list, name)) })
}

describe('what is no value never becomes "no filter"', () => {
  const cases: Record<string, unknown> = {
    undefined: undefined,
    null: null,
    'an empty text': '',
    'an empty list': [],
    'a list of an empty text': [''],
    'a list of undefined': [undefined],
    'a list with a hole': sparse,
    'a list in a list': [['a']],
    'a list that is NaN long': listOfLength(NaN),
    'a list that is less than one long': listOfLength(0.5),
    'a list that is "0" long': listOfLength('0'),
    true: true,
    zero: 0,
    'a bigint': 1n,
    'a date': new Date(0),
    'an object': { a: 'b' },
    'an object that says how it is written': { toJSON: () => 'acme', toString: () => 'acme' },
    'a boxed text': Object('acme'),
    'a set': new Set(['acme']),
    'a function': () => 'acme',
    'a symbol': Symbol('acme'),
    'half a character': '\uD800',
  }
  test.each(Object.entries(cases))('%s', (_, value) => {
    expect(thrownBy(() => readParams({ tenant: value }, text)).code).toBe('EMBED_PARAM_TYPE')
    expect(thrownBy(() => readParams({ tenant: ['a', value] }, text)).code).toBe('EMBED_PARAM_TYPE')
  })

  test.each([NaN, Infinity, -Infinity])('the number %s, also where numbers are taken', value => {
    expect(thrownBy(() => readParams({ tenant: value }, numbers)).code).toBe('EMBED_PARAM_TYPE')
  })
})

describe('what is no object of parameters', () => {
  const cases: Record<string, unknown> = {
    null: null,
    'a text': 'tenant=acme',
    'a list': ['tenant', 'acme'],
    'a map': new Map([['tenant', 'acme']]),
    'search parameters': new URLSearchParams({ tenant: 'acme' }),
    'an object with a class': new Session(),
    'an object that inherits its values': Object.create({ tenant: 'acme' }),
    'a function': () => ({ tenant: 'acme' }),
    'an object with a symbol for a name': { [Symbol('tenant')]: 'acme' },
    'an object that throws': {
      get tenant(): string {
        throw new Error('acme')
      },
    },
    'a revoked proxy': revoked(),
  }
  test.each(Object.entries(cases))('%s', (_, given) => {
    const error = thrownBy(() => readParams(given, text))
    expect(error.code).toBe('EMBED_PARAM_TYPE')
    expect(error.message).not.toContain('acme')
  })

  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
})

describe('names', () => {
  test('of the token’s own place is among them', () => {
    expect(reservedParams).toEqual(expect.arrayContaining(['dl_embed_token', '__dl_embed_token']))
  })

  test.each(reservedParams)('%s is DataLens’s own', name => {
    expect(thrownBy(() => readParams({ [name]: 'x' }, text)).code).toBe('EMBED_PARAM_RESERVED')
  })

  test.each(['', 'x'.repeat(257), '\uDC00'])('%j is none', name => {
    expect(thrownBy(() => readParams({ [name]: 'x' }, text)).code).toBe('EMBED_PARAM_TYPE')
  })

  test('of a viewer’s making cannot begin a new line in a log', () => {
    const { message } = thrownBy(() => readParams({ 'a\n[2026] admin \u001b[31m': '' }, text))
    expect(message).not.toContain('\n')
    expect(message).not.toContain('\u001b')
    expect(message).toContain('"a\\n[2026]')
  })

  test('one that is signed and unsigned at once', () => {
    const [signed, unsigned] = [readParams({ a: '1', b: '1' }, text), readParams({ c: '1', b: '2' }, text)]
    expect(thrownBy(() => refuseConflict(signed, unsigned)).code).toBe('EMBED_PARAM_CONFLICT')
    expect(thrownBy(() => refuseConflict(signed, unsigned)).message).toContain('"b"')
  })

  test('one that is required counts only as the object’s own', () => {
    for (const given of [undefined, {}, { region: 'north' }, Object.create(null)]) {
      expect(thrownBy(() => requireParams(readParams(given, text), ['toString'])).code).toBe(
        'EMBED_PARAM_MISSING',
      )
    }
  })
})

test('values are read once, and copied', () => {
  let reads = 0
  const regions = ['north']
  const params = readParams(
    {
      get tenant() {
        reads += 1
        return reads === 1 ? 'acme' : 'globex'
      },
      regions,
    },
    text,
  )
  regions.push('south')
  expect(reads).toBe(1)
  expect(params).toEqual([
    { name: 'tenant', value: 'acme' },
    { name: 'regions', value: ['north'] },
  ])
})

test('an object of another realm is as good', () => {
  expect(readParams(runInNewContext("({ tenant: ['acme'] })"), text)).toEqual([
    { name: 'tenant', value: ['acme'] },
  ])
})

test('an own property counts, whether a loop would show it or not', () => {
  const hidden = Object.defineProperty({}, 'tenant', { value: '', enumerable: false })
  expect(thrownBy(() => readParams(hidden, text)).code).toBe('EMBED_PARAM_TYPE')
})

test('numbers are for DoubleCloud', () => {
  expect(readParams({ year: [2024, 2025.5] }, numbers)).toEqual([{ name: 'year', value: [2024, 2025.5] }])
  expect(thrownBy(() => readParams({ year: 2024 }, text)).message).toContain('as text')
})

describe('whatever is passed', () => {
  const hostile = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
    fc.constantFrom(undefined, null, '', [], [''], Object('a'), new Session(), { toJSON: () => 'x' }),
    fc.array(fc.oneof(fc.string(), fc.constantFrom(undefined, null, ''))),
    fc.string({ unit: 'binary' }),
  )
  const record = fc.dictionary(fc.string(), hostile, { noNullPrototype: false })

  test('every own name has a value behind it that is not empty, or nothing is given', () => {
    fc.assert(
      fc.property(fc.oneof(record, hostile), given => {
        let read: readonly CheckedParam[]
        try {
          read = readParams(given, text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'EmbedError' })
          return
        }
        const names = given === undefined ? [] : Reflect.ownKeys(given as object)
        expect(read.map(({ name }) => name)).toEqual(names)
        for (const { value } of read) {
          const items = typeof value === 'object' ? value : [value]
          expect(items.length).toBeGreaterThan(0)
          for (const item of items) expect(typeof item === 'string' && item !== '').toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
