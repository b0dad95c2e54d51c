import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { judgeToken } from '../../../src/sandbox/connector/judge.ts'
import { mintAccessToken } from '../../../src/token/access-token.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../../src/token/keys.ts'

const makePair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [partner, dataLens, stranger] = [makePair(), makePair(), makePair()]

const token = await mintAccessToken({
  database: 'client_1',
  dataLensKeyVersion: 3,
  dataLensKey: inspectPublicKey(dataLens.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  partnerKeyVersion: 2,
  partnerKey: inspectPrivateKey(partner.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
})
const keys = {
  dataLensKeys: new Map([['3', dataLens.privateKey]]),
  partnerKeys: new Map([['2', partner.publicKey]]),
}

test('a good token opens the database that it names', () => {
  expect(judgeToken(token, keys)).toEqual({ status: 200, database: 'client_1', pair: '3:2' })
})

test.each([
  ['is no token', 'x', keys, 400, 'malformed'],
  ['names a version that nobody has', token.replace('3:2', '3:9'), keys, 500, 'unknown-version'],
  [
    'is signed by somebody else',
    token,
    { ...keys, partnerKeys: new Map([['2', stranger.publicKey]]) },
    400,
    'bad-signature',
  ],
  [
    'is for somebody else',
    token,
    { ...keys, dataLensKeys: new Map([['3', stranger.privateKey]]) },
    400,
    'undecryptable',
  ],
])('a token that %s is refused as DataLens does', (_, text, known, status, code) => {
  expect(judgeToken(text, known)).toMatchObject({ status, code })
})
