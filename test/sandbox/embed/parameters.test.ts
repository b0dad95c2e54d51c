import { describe, expect, test } from 'vitest'
import { mergeParameters, readValues, textsOf } from '../../../src/sandbox/embed/parameters.ts'
import { defaultSwitches, switchNames, turn } from '../../../src/sandbox/embed/switches.ts'

const open = { publicParamsMode: false, unsignedParams: [], privateParams: [] }
const signed = new Map([['region', 'north']])
const unsigned = new Map([
  ['region', 'south'],
  ['product', 'tea'],
])

test.each([
  [
    'true with a list: only the listed',
    true,
    ['product'],
    [],
    { product: 'tea', region: 'north' },
    ['region'],
  ],
  ['true with an empty list: none', true, [], ['x'], { region: 'north' }, ['region', 'product']],
  ['false with an empty list: all', false, ['x'], [], { product: 'tea', region: 'north' }, []],
  ['false with a list: all but the listed', false, [], ['product'], { region: 'north' }, ['product']],
] as const)('mode %s', (_, publicParamsMode, unsignedParams, privateParams, expected, dropped) => {
  const rules = { publicParamsMode, unsignedParams, privateParams }
  const merged = mergeParameters({ signed, unsigned }, rules, defaultSwitches)
  expect(Object.fromEntries(merged.values)).toEqual(expected)
  expect(merged.dropped).toEqual(dropped)
})

test('what is signed wins; before July 2025 it did not, unless the name was closed', () => {
  const legacy = { ...defaultSwitches, legacyPrecedence: true }
  const now = mergeParameters({ signed, unsigned }, open, defaultSwitches)
  expect([now.values.get('region'), now.overruled]).toEqual(['north', ['region']])
  expect(mergeParameters({ signed, unsigned }, open, legacy).values.get('region')).toBe('south')
  const closed = { ...open, privateParams: ['region'] }
  expect(mergeParameters({ signed, unsigned }, closed, legacy).values.get('region')).toBe('north')
})

test('__proto__ is a name as any other', () => {
  const given = readValues(JSON.parse('{"__proto__": "x", "constructor": ["y"]}'))
  expect([...(given ?? [])]).toEqual([
    ['__proto__', 'x'],
    ['constructor', ['y']],
  ])
  const { values } = mergeParameters({ signed, unsigned: given ?? new Map() }, open, defaultSwitches)
  expect(values.get('region')).toBe('north')
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
})

describe('values', () => {
  test.each([
    [undefined, []],
    [{}, []],
    [{ a: 'x', b: ['y', 'z'], c: 1, d: [1, 'x'] }, ['a', 'b', 'c', 'd']],
  ])('%j are read', (given, names) => {
    expect([...(readValues(given)?.keys() ?? ['none'])]).toEqual(names)
  })

  test.each([
    [['x']],
    ['x'],
    [1],
    [{ a: {} }],
    [{ a: null }],
    [{ a: [['x']] }],
    [{ a: true }],
    [{ a: '\ud800' }],
  ])('%j are none', given => {
    expect(readValues(given)).toBeUndefined()
  })

  test('an empty one filters nothing', () => {
    expect([undefined, '', [], ['', 'x'], 0].map(value => textsOf(value))).toEqual([[], [], [], ['x'], ['0']])
  })
})

describe('switches', () => {
  test.each([
    ['skew', '-70', -70],
    ['failNext', '3', 3],
    ['legacyPrecedence', 'true', true],
    ['revokeKeyVersion', 'partner:1,datalens:2', ['partner:1', 'datalens:2']],
    ['revokeKeyVersion', '', []],
    ['refusalStatus', '401', 401],
  ])('%s takes %j', (name, text, value) => {
    expect(turn(defaultSwitches, name, text)).toMatchObject({ [name]: value })
  })

  test.each([
    ['skew', 'x', 'skew takes a whole number from -86400 to 86400'],
    ['legacyPrecedence', '1', 'legacyPrecedence takes true or false'],
    ['revokeKeyVersion', 'acme:1', 'revokeKeyVersion takes a list such as partner:1,datalens:2, or nothing'],
    ['refusalStatus', '200', 'refusalStatus takes a whole number from 400 to 599'],
    ['__proto__', '1', `there is no switch "__proto__"; there are ${switchNames.join(', ')}`],
  ])('%s does not take %j', (name, text, message) => {
    expect(turn(defaultSwitches, name, text)).toBe(message)
  })
})
