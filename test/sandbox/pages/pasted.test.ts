import { expect, test } from 'vitest'
import { adviceFor, tidy } from '../../../src/sandbox/pages/site/pasted.ts'

const part = 'A'.repeat(344)
const whole = `1:2:${part}:${part}`

test('whatever comes along from a terminal or a mail is taken away', () => {
  expect(tidy(`\uFEFF \t${whole.slice(0, 99)}\r\n${whole.slice(99)}\u00A0\u200B\n`)).toBe(whole)
})

test.each([
  ['nothing', '', undefined],
  ['a whole one', whole, undefined],
  ['one by a key of 4096 bits', `1:2:${part}:${'B'.repeat(684)}`, undefined],
  ['its beginning', whole.slice(0, 400), { type: 'cut', part: 'signature' }],
  ['less of it', whole.slice(0, 100), { type: 'parts', parts: 3 }],
  ['its end', part.slice(40), { type: 'parts', parts: 1 }],
  ['a hole in it', `1:2:${part.slice(4)}:${part}`, { type: 'cut', part: 'ciphertext' }],
  ['two', whole + whole, { type: 'several' }],
  ['a token of an embed', 'eyJhbGciOiJQUzI1NiJ9.eyJhIjoxfQ.c2ln', { type: 'embed' }],
])('%s', (_name, token, advice) => {
  expect(adviceFor(token)).toEqual(advice)
})
