/** What the sources say to people, as far as a machine can judge it. */
import { expect, test } from 'vitest'
import { modules } from './structure/modules.ts'

/** One apostrophe everywhere, as in the CRDs: whoever searches for a message finds it, in a log as in a page. */
test('messages have the apostrophe ’', () => {
  const inWord = /\p{L}'\p{L}/u
  const behindPlural = /"[^"'=]*s' [^"'=]*"|`[^`'=]*s' [^`'=]*`/
  const wrong = modules.flatMap(({ path, code }) =>
    code
      .split('\n')
      .filter(line => inWord.test(line) || behindPlural.test(line))
      .map(line => `${path}: ${line.trim()}`),
  )
  expect(wrong).toEqual([])
})
