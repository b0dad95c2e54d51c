import { expect, test } from 'vitest'
import { Lines } from '../../../src/core/text/lines.ts'

test.each([
  ['no line', '', [], ''],
  ['a line', 'a\n', ['a'], ''],
  ['a line without an end', 'a', [], 'a'],
  ['several, the last without an end', 'a\nb\nc', ['a', 'b'], 'c'],
  ['empty ones', '\n\na\n\n', ['', '', 'a', ''], ''],
  ['characters of several bytes', 'дом\n🔑é\n', ['дом', '🔑é'], ''],
  ['a character that breaks off', Buffer.from('a\nд').subarray(0, 3), ['a'], '\uFFFD'],
])('%s, however it is cut', (_, text, lines, last) => {
  const bytes = Buffer.from(text)
  for (const size of [1, 2, 3, 5, 1_000]) {
    const reader = new Lines()
    const found: string[] = []
    for (let at = 0; at < bytes.length; at += size) found.push(...reader.take(bytes.subarray(at, at + size)))
    expect([found, reader.end()]).toEqual([lines, last])
  }
})

test('the length of the line that has not ended is known', () => {
  const reader = new Lines()
  reader.take(Buffer.from('aaaa'))
  reader.take(Buffer.from('aa'))
  expect(reader.unfinished).toBe(6)
  reader.take(Buffer.from('a\nbb'))
  expect(reader.unfinished).toBe(2)
})
