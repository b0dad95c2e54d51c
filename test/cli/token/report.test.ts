import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { Secret } from '../../../src/api/core-objects.ts'
import { annotations } from '../../../src/api/labels.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { reportOn, type TokenFacts, type TokenReport } from '../../../src/cli/token/report.ts'
import { buildTokenSecret, sealOwner } from '../../../src/connector-tenant/token/secret.ts'
import { ledgerData, readLedger, type Ledger } from '../../../src/partner-key/keys/ledger.ts'
import { mintAccessToken } from '../../../src/token/access-token.ts'
import { inputsFingerprint } from '../../../src/token/fingerprint.ts'
import { inspectPublicKey, type PartnerPrivateKey } from '../../../src/token/keys.ts'
import { deriveSealKey, seal } from '../../../src/token/seal.ts'
import { aTenant, shape, testRing } from '../../builders/tenant-observed.ts'

const { tenant, partnerKey } = aTenant().build()
const partner = keyOf(1)
const otherPartner = keyOf(2)
const dataLens = dataLensKey()
let text = ''

beforeAll(async () => {
  text = await mintAccessToken({
    database: 'client_1',
    dataLensKeyVersion: 1,
    dataLensKey: dataLens,
    partnerKeyVersion: 1,
    partnerKey: partner,
  })
})

function keyOf(version: number): PartnerPrivateKey {
  const key = testRing.partner.get(version)
  if (key === undefined) throw new Error(`no key ${version}`)
  return key
}

function dataLensKey() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return inspectPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())
}

function ledger(first: PartnerPrivateKey = partner): Ledger {
  const { fingerprint, publicPem } = first
  return readLedger(
    ledgerData([
      { side: 'Partner', version: 1, fingerprint, publicPem },
      { side: 'DataLens', version: 1, fingerprint: dataLens.fingerprint, publicPem: dataLens.publicPem },
    ]),
  )
}

function secretWith(token: string, database = 'client_1'): Secret {
  const fingerprint = inputsFingerprint({
    database,
    dataLensKeyVersion: 1,
    dataLensKeyFingerprint: dataLens.fingerprint,
    partnerKeyVersion: 1,
    partnerKeyFingerprint: partner.fingerprint,
  })
  const input = { owner: sealOwner(shape.owner.key), fingerprint, token }
  return buildTokenSecret(
    { ...shape, database },
    {
      ...input,
      pair: { dataLens: 1, partner: 1 },
      seal: seal(deriveSealKey(partner), input),
      mintedAt: '2026-01-01T00:00:00Z',
    },
  )
}

function facts(over: Partial<TokenFacts> = {}): TokenFacts {
  return {
    text,
    ledger: ledger(),
    partnerKey,
    home: { secret: secretWith(text), tenant, sealedWith: partner },
    ...over,
  }
}

function resultsOf({ checks }: TokenReport): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, result }) => [name, result]))
}

const keyWith = (over: Partial<PartnerKey['spec']>): PartnerKey | undefined =>
  partnerKey && { ...partnerKey, spec: { ...partnerKey.spec, ...over } }

describe('a token in its Secret', () => {
  test('is good in every respect', () => {
    const report = reportOn(facts())
    expect(resultsOf(report)).toEqual({
      structure: 'good',
      versions: 'good',
      signature: 'good',
      secret: 'good',
      keys: 'good',
      seal: 'good',
      database: 'good',
      DataLens: 'good',
    })
    expect(report).toMatchObject({ accepted: true, pair: '1:1' })
  })

  test.each<readonly [string, string, () => Partial<TokenFacts>]>([
    ['signed with another key than its version’s', 'signature', () => ({ ledger: ledger(otherPartner) })],
    [
      'sealed for another token',
      'seal',
      () => ({ home: { secret: secretWith('1:1:YQ==:YQ=='), tenant, sealedWith: partner } }),
    ],
    [
      'made for another database than its tenant’s',
      'database',
      () => ({ home: { secret: secretWith(text, 'client_2'), tenant, sealedWith: partner } }),
    ],
    [
      'beside fields that say otherwise',
      'secret',
      () => {
        const secret = secretWith(text)
        const data = { ...secret.data, partnerKeyVersion: Buffer.from('7').toString('base64') }
        return { home: { secret: { ...secret, data }, tenant, sealedWith: partner } }
      },
    ],
    [
      'with a key that DataLens has not confirmed',
      'DataLens',
      () => ({
        partnerKey: keyWith({
          dataLens: {
            keyVersion: 1,
            publicKey: '',
            accepts: [{ keyVersion: 1, fingerprint: otherPartner.fingerprint }],
          },
        }),
      }),
    ],
    ['before DataLens has answered', 'DataLens', () => ({ partnerKey: withoutAnswer() })],
    [
      'that somebody saw DataLens refuse',
      'DataLens',
      () => ({ home: { secret: secretWith(text), tenant: rejected(tenant), sealedWith: partner } }),
    ],
  ])('%s', (_name, wrong, over) => {
    const report = reportOn(facts(over()))
    expect(resultsOf(report)[wrong]).toBe('bad')
    expect(report.accepted).toBe(false)
  })

  test('what may not be read is unknown, and no reason to refuse it', () => {
    const home = { secret: secretWith(text), tenant, sealedWith: 'forbidden' } as const
    const report = reportOn(facts({ home, partnerKey: 'forbidden' }))
    expect(resultsOf(report)).toMatchObject({ signature: 'good', seal: 'unknown', DataLens: 'unknown' })
    expect(report.accepted).toBe(true)
  })
})

describe('a token alone', () => {
  test('without keys only its outside is told', () => {
    const report = reportOn(facts({ ledger: undefined, home: undefined }))
    expect(report).toMatchObject({ accepted: false, pair: '1:1' })
    expect(resultsOf(report)).toEqual({ structure: 'good', versions: 'good' })
  })

  test.each(['', 'hello', '1:2', 'a:b:c:d', '01:1:YQ==:YQ=='])('nonsense: %j', nonsense => {
    for (const known of [ledger(), undefined]) {
      const report = reportOn(facts({ text: nonsense, ledger: known, home: undefined }))
      expect(report.accepted).toBe(false)
      expect(report.checks.some(({ result }) => result === 'bad')).toBe(true)
    }
  })

  test('no report holds any part of it', () => {
    const parts = text.split(':').filter(part => part.length > 20)
    expect(parts).toHaveLength(2)
    const reports = [facts(), facts({ ledger: undefined }), facts({ ledger: ledger(otherPartner) })].map(
      reportOn,
    )
    for (const part of parts) expect(JSON.stringify(reports)).not.toContain(part.slice(0, 16))
  })
})

function withoutAnswer(): PartnerKey | undefined {
  if (partnerKey === undefined) return undefined
  const { dataLens: _, ...spec } = partnerKey.spec
  return { ...partnerKey, spec }
}

function rejected(object: ConnectorTenant): ConnectorTenant {
  return { ...object, metadata: { ...object.metadata, annotations: { [annotations.rejected]: '1:1' } } }
}
