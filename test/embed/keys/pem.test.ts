import { describe, expect, test, vi } from 'vitest'
import { findKey } from '../../../src/embed/keys/key-text.ts'
import { decodeStrictly } from '../../../src/embed/keys/pem.ts'
import { readSinglePemBlock } from '../../../src/token/pem.ts'

/** Whoever may offer a key may write this, and the operator has one thread for all. */
test('of a text with thousands of blocks not one is decoded', () => {
  const text = `${'-----BEGIN A-----\n'.repeat(3000)}-----END A-----`
  const decoded = vi.spyOn(Buffer, 'from')
  expect(findKey(text)).toBe('several')
  expect(() => readSinglePemBlock(text, 'a key')).toThrow('There are 3000 PEM blocks: leave only a key.')
  expect(decoded).not.toHaveBeenCalled()
  decoded.mockRestore()
})

describe('strict base64', () => {
  test.each(['', 'QQ', 'QQ=', 'QR==', 'QU-_', 'QQ==\n', 'Q Q='])('refuses %j', text => {
    expect(decodeStrictly(text)).toBeUndefined()
  })

  test('reads what an encoder writes', () => {
    expect(decodeStrictly('QUI=')).toEqual(Buffer.from('AB'))
  })
})
