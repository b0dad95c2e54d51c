import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputsFingerprint, type TokenInputs } from '../../src/token/fingerprint.ts'
import { inspectPrivateKey } from '../../src/token/keys.ts'
import { checkSeal, deriveSealKey, seal } from '../../src/token/seal.ts'
import { vectorKey } from '../vectors/token-vectors.ts'

const key = deriveSealKey(inspectPrivateKey(vectorKey('partnerKeys', 1).privatePem))
const input = { owner: 'ConnectorTenant/a/b', fingerprint: 'v1:x', token: '1:1:aaaa:bbbb' }

describe('the seal', () => {
  it('is the same for the same key in another armour', () => {
    const again = deriveSealKey(inspectPrivateKey(vectorKey('partnerKeys', 1).privatePkcs8Pem))
    expect(seal(again, input)).toBe(seal(key, input))
  })

  it('never changes from release to release', () => {
    expect(seal(key, input)).toBe('v1:RGmSOQUsgw44DZxA0W7kharPSMw3xM_49KtRcpY1olE')
  })

  it('is refused for another owner, other inputs, another token, another key, or none', () => {
    const value = seal(key, input)
    const otherKey = deriveSealKey(inspectPrivateKey(vectorKey('partnerKeys', 2).privatePem))
    expect(checkSeal(key, input, value)).toBe(true)
    expect(checkSeal(key, { ...input, owner: 'ConnectorTenant/a/c' }, value)).toBe(false)
    expect(checkSeal(key, { ...input, fingerprint: 'v1:y' }, value)).toBe(false)
    expect(checkSeal(key, { ...input, token: `${input.token}\n` }, value)).toBe(false)
    expect(checkSeal(otherKey, input, value)).toBe(false)
    expect(checkSeal(key, input, `${value} `)).toBe(false)
    expect(checkSeal(key, input, '')).toBe(false)
    expect(checkSeal(key, input, undefined)).toBe(false)
  })

  it('does not let text move from one field to the next', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (moved, rest) => {
        const one = seal(key, { owner: `a${moved}`, fingerprint: rest, token: 't' })
        const two = seal(key, { owner: 'a', fingerprint: `${moved}${rest}`, token: 't' })
        expect(one).not.toBe(two)
      }),
    )
  })
})

describe("the inputs' fingerprint", () => {
  const inputs: TokenInputs = {
    database: 'client_1',
    dataLensKeyVersion: 1,
    dataLensKeyFingerprint: 'SHA256:a',
    partnerKeyVersion: 2,
    partnerKeyFingerprint: 'SHA256:b',
  }

  it('never changes from release to release', () => {
    expect(inputsFingerprint(inputs)).toBe('v1:zfgZ4Qhf4jL3sywFP5N7zt-s-N9Nh6VcGOeh0WLiBCs')
  })

  it.each([
    { database: 'client_2' },
    { dataLensKeyVersion: 2 },
    { dataLensKeyFingerprint: 'SHA256:c' },
    { partnerKeyVersion: 1 },
    { partnerKeyFingerprint: 'SHA256:a' },
    { dataLensKeyVersion: 2, partnerKeyVersion: 1 },
  ])('differs for %j', change => {
    expect(inputsFingerprint({ ...inputs, ...change })).not.toBe(inputsFingerprint(inputs))
  })
})
