import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64AsPython } from '../../src/token/base64.ts'

/** Recorded from Python 3.11: `base64.b64decode(text).hex()`, or null where it raised. */
const recorded: readonly (readonly [string, string | null])[] = [
  ['', ''],
  ['QQ==', '41'],
  ['QQ=', null],
  ['QQ', null],
  ['Q', null],
  ['QUI=', '4142'],
  ['QUJD', '414243'],
  ['QUJDRA==', '41424344'],
  ['QUJDRA==\n', '41424344'],
  ['Q Q = =', '41'],
  ['QQ==QQ==', '41'],
  ['QQ=Q', null],
  ['Q=Q=', null],
  ['=QQ==', '41'],
  ['QQ===', '41'],
  ['====', ''],
  ['QU-JD_', '414243'],
  ['QUJéD', null],
  ['QUI=QQ==', '4142'],
  ['QUJDR', null],
  ['QUJD=', '414243'],
  ['QUJD==', '414243'],
  ['QQ=\n=', '41'],
  ['AB=C', null],
  ['A=B=C=D=', '0010'],
  ['AB=C=D', '0010'],
  ['////', 'ffffff'],
  ['++++', 'fbefbe'],
  ['/////w==', 'ffffffff'],
]

function hex(bytes: Uint8Array | undefined): string | null {
  return bytes ? Buffer.from(bytes).toString('hex') : null
}

describe('base64 as Python reads it', () => {
  it.each(recorded)('%j gives %j', (text, expected) => {
    expect(hex(decodeBase64AsPython(text))).toBe(expected)
  })

  it('reads what any encoder writes, with line breaks anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(399), (bytes, at) => {
        const text = Buffer.from(bytes).toString('base64')
        const broken = `${text.slice(0, at)}\r\n${text.slice(at)}`
        expect(hex(decodeBase64AsPython(broken))).toBe(hex(bytes))
      }),
    )
  })
})
