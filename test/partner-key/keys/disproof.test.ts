import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../../src/api/core-objects.ts'
import { annotations, secretTypes } from '../../../src/api/labels.ts'
import { disprovedBy } from '../../../src/partner-key/keys/disproof.ts'
import { inputsFingerprint } from '../../../src/token/fingerprint.ts'
import { deriveSealKey, seal } from '../../../src/token/seal.ts'
import { dataLensKeys, partnerKeys } from '../../builders/partner-key-observed.ts'

const [first, second] = partnerKeys
const [dataLens, otherDataLens] = dataLensKeys

/** A tenant's Secret as it is sealed: token of 1:1, made with the first key of each side unless said otherwise. */
function tokenSecret(partner = first, dataLensKey = dataLens): Secret {
  const owner = 'ConnectorTenant/tenants/a'
  const token = '1:1:Y2lwaGVy:c2lnbmF0dXJl'
  const fingerprint = inputsFingerprint({
    database: 'client_a',
    dataLensKeyVersion: 1,
    dataLensKeyFingerprint: dataLensKey.fingerprint,
    partnerKeyVersion: 1,
    partnerKeyFingerprint: partner.fingerprint,
  })
  return {
    metadata: {
      name: 'a',
      annotations: {
        [annotations.owner]: owner,
        [annotations.fingerprint]: fingerprint,
        [annotations.seal]: seal(deriveSealKey(partner), { owner, fingerprint, token }),
      },
    },
    type: secretTypes.connectorToken,
    data: encodeData({ token, database: 'client_a' }),
  }
}

function spoilt(secret: Secret): Secret {
  const { metadata } = secret
  return {
    ...secret,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.seal]: 'v1:x' } },
  }
}

const against = (...secrets: readonly Secret[]) =>
  disprovedBy({ partnerKey: version => (version === 1 ? first : undefined), secrets: () => secrets })

describe('a partner’s key', () => {
  test.each<readonly [string, readonly Secret[], boolean]>([
    ['nothing says anything', [], false],
    ['a token was sealed with it', [tokenSecret()], false],
    ['a token was sealed with another', [tokenSecret(second)], true],
    [
      'one honest proof outweighs all that is spoilt',
      [spoilt(tokenSecret()), spoilt(tokenSecret()), tokenSecret()],
      false,
    ],
  ])('%s', (_what, secrets, disproved) => {
    expect(against(...secrets)('Partner', 1, first.fingerprint)).toBe(disproved)
  })

  test('of a version that no token has is not judged', () => {
    expect(against(tokenSecret(second))('Partner', 2, second.fingerprint)).toBe(false)
  })
})

describe('DataLens’s key', () => {
  test.each<readonly [string, readonly Secret[], string, boolean]>([
    ['a token was made with it', [tokenSecret()], dataLens.fingerprint, false],
    ['a token was made with another', [tokenSecret()], otherDataLens.fingerprint, true],
    ['a spoilt Secret is no evidence', [spoilt(tokenSecret())], otherDataLens.fingerprint, false],
    [
      'without the partner’s key nothing can be told',
      [tokenSecret(second)],
      otherDataLens.fingerprint,
      false,
    ],
  ])('%s', (_what, secrets, fingerprint, disproved) => {
    expect(against(...secrets)('DataLens', 1, fingerprint)).toBe(disproved)
  })
})
