import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeData } from '../../../src/cli/frame/output.ts'
import { yamlText } from '../../../src/cli/frame/yaml-text.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

const misread: readonly string[] = [
  ...'1:2 10:21 1:30:59 no Yes off y N 017 0o17 1_000 1e3 0x1F ~ null true .inf << #'.split(' '),
  '2026-03-01',
  '2026-03-01T10:00:00.000Z',
  '',
  '- a',
  'a: b',
]

test.each(misread)('%j is a text for readers of YAML 1.1 and of 1.2, as a value and as a name', text => {
  const terminal = recordedTerminal({})
  writeData(terminal, 'yaml', { value: text, list: [text], [text]: 1 })
  for (const version of ['1.1', '1.2', 'next'] as const)
    expect(parse(terminal.output, { version })).toEqual({ value: text, list: [text], [text]: 1 })
})

test('what nobody misreads is not quoted, and what stands twice is written twice', () => {
  const twice = { pair: 'acme' }
  expect(yamlText({ a: twice, b: twice, long: 'word '.repeat(40).trim() })).toBe(
    `a:\n  pair: acme\nb:\n  pair: acme\nlong: ${'word '.repeat(40).trim()}\n`,
  )
})
