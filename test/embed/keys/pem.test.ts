import { describe, expect, test, vi } from 'vitest'
import { findKey } from '../../../src/embed/keys/key-text.ts'
import { decodeStrictly } from '../../../src/embed/keys/pem.ts'

/** Whoever may offer a key may write this, and the operator has one thread for all. */
test('of a text with thousands of blocks not one is decoded', () => {
  const text = `${'-----BEGIN A-----\n'.repeat(3000)}-----END A-----`
  const decoded = vi.spyOn(Buffer, 'from')
  expect(findKey(text, 'private')).toBe('several')
  expect(decoded).not.toHaveBeenCalled()
  decoded.mockRestore()
})

describe('strict base64', () => {
  test.each(['', 'QQ=', 'QQ===', 'QR==', 'QU-_', 'QQ==\n', 'Q Q='])('refuses %j', text => {
    expect(decodeStrictly(text)).toBeUndefined()
  })

  test('reads what an encoder writes', () => {
    expect(decodeStrictly('QUI=')).toEqual(Buffer.from('AB'))
    expect(decodeStrictly('QUI')).toEqual(Buffer.from('AB'))
  })
})

/** Whoever may offer a key may write this, too: each text is as long as one may be. */
test.each([
  ['dashes', '-'],
  ['spaces', ' '],
  ['line breaks', '\n'],
  ['backslashes', '\\'],
  ['BEGIN', 'BEGIN '],
  ['BEGIN and spaces', `BEGIN${' '.repeat(1000)}`],
  ['BEGIN and labels', 'BEGIN A A A A A A '],
  ['dashes and END', '-END'],
  ['quotes', '" '],
  ['ssh', 'ssh-'],
  ['entities', '&amp;'],
  ['numbers of entities', '&#x0000'],
  ['percents', '%25'],
  ['escapes', '\\u00'],
  ['tags', '<br '],
  ['comments', ' #'],
  ['beginnings of DER', ' MII'],
  ['bullets', '- '],
  ['short lines in PEM', '-BEGIN\nabc \n'],
  ['PuTTY', 'Public-Lines: 1 '],
])('a text of nothing but %s takes no time to speak of', (_, part) => {
  const text = part.repeat(Math.floor(65_536 / part.length))
  const before = process.cpuUsage()
  expect(typeof findKey(`x${text}`, 'private')).toBe('string')
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
