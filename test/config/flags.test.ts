import { describe, expect, test } from 'vitest'
import * as forms from '../../src/config/flag-values.ts'
import { FlagValueError, parseFlags, type Flags, type Refuse } from '../../src/config/flags.ts'

const flags = {
  name: { type: 'string', description: 'no parser' },
  count: { type: 'string', default: '3', description: 'one text', parse: forms.wholeNumber(0, 9) },
  version: { type: 'string', multiple: true, description: 'many texts', parse: forms.keyVersion },
} as const satisfies Flags

describe('a flag with a parser', () => {
  test('gives what its text means, and of its default too', () => {
    const { values } = parseFlags(flags, ['--version', '1', '--version', '2'], {})
    expect(values).toEqual({ name: undefined, count: 3, version: [1, 2] })
  })

  test('reads the environment as it reads the command line', () => {
    const environment = { LENSKEEPER_COUNT: '7', LENSKEEPER_VERSION: '4, 5', LENSKEEPER_NAME: '8' }
    expect(parseFlags(flags, [], environment).values).toEqual({ name: '8', count: 7, version: [4, 5] })
  })

  test.each([
    [['--count', 'x'], '--count must be a whole number'],
    [['--count', '10'], '--count must be from 0 to 9'],
    [['--version', '1', '--version', '01'], '--version takes a key version: a whole number from 1'],
  ])('%j is refused by name', (args, message) => {
    const parse = () => parseFlags(flags, args, {})
    expect(parse).toThrow(FlagValueError)
    expect(parse).toThrow(message)
  })
})

const refuse: Refuse = complaint => {
  throw new Error(complaint)
}

describe('the forms of flags', () => {
  test.each([
    ['an installation id', forms.installationId, ['a', 'prod-1', 'A.b_c', 'a'.repeat(63)]],
    ['a namespace', forms.namespace, ['a', 'a-b', 'a'.repeat(63)]],
    ['an object', forms.objectKey, ['a/b', 'a/b.c', `a/${'b'.repeat(253)}`]],
  ])('%s is taken', (_, parse, texts) => {
    for (const text of texts) expect(parse(text, refuse)).toBe(text)
  })

  test.each([
    ['an installation id', forms.installationId, ['', '-a', 'a-', 'a.', 'a_', 'a b', 'a'.repeat(64)]],
    ['a namespace', forms.namespace, ['', 'A', 'a.b', 'a/b', '-a', 'a-', 'a'.repeat(64)]],
    ['namespaces', forms.namespaces, ['a,B', 'a b', 'a,b-']],
    ['an object', forms.objectKey, ['', 'a', 'a/', '/b', 'a/b/c', 'a.b/c', 'a/b..c', 'a/B']],
    ['prefixes', forms.metadataPrefixes, ['acme.example', 'a/,b']],
    ['a pair', forms.pair, ['1', '1:0', '01:1', '1:2:3', '1:2147483648']],
    ['a time-out', forms.timeout, ['', '5', 'soon', '1d']],
    ['a time between looks', forms.resync, ['', '9s', '25h']],
    [
      'an address',
      forms.listenAddress,
      ['', '8080', ':65536', '[::1]', '::', '::1', 'fd00::1:8080', '[]:8080'],
    ],
  ])('%s is refused', (_, parse, texts) => {
    for (const text of texts) expect(() => parse(text, refuse), text).toThrow()
  })

  test.each([
    [':8080', { host: undefined, port: 8080 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['[::]:8080', { host: '::', port: 8080 }],
    ['[fd00::1]:8080', { host: 'fd00::1', port: 8080 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['off', undefined],
  ])('%s is listened on as it says', (text, where) => {
    expect(forms.listenAddress(text, refuse)).toEqual(where)
  })
})
