import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import { kubectl } from '../../cluster/cluster.ts'
import { runPrinted } from '../../cluster/shell.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { eventually } from '../../time/eventually.ts'
import { rsa, type Place } from './keeper.ts'
import { useScene } from './scene.ts'

const forever = new AbortController().signal
const scene = useScene()
const { keeper, keySecret, fingerprints } = scene
let place: Place

beforeEach(() => {
  ;({ place } = scene)
})

describe('a brought key', () => {
  const bring = (keyVersion = 1) =>
    place.apply({ keyVersion, privateKeySecretRef: { name: 'byo', key: 'private.pem' } })

  test.each(['pkcs1', 'pkcs8'] as const)(
    'as %s is copied once, and its source is not read after that',
    async form => {
      await keeper()
      const pems = rsa()
      await bring()
      await place.is('Ready', 'False PrivateKeySecretMissing')
      await place.secret('byo', { 'private.pem': pems[form] })
      await place.is('Ready', 'True HandoverReady')
      const secret = await keySecret(1)
      expect(secret === undefined ? '' : dataOf(secret, 'private.pem')).toBe(pems.pkcs1)
      const before = await fingerprints()
      await place.secret('byo', { 'private.pem': rsa().pkcs1 })
      await place.connections.mergePatch(place.key('default'), { spec: { handover: { port: 9 } } }, forever)
      await eventually(async () => {
        const handover = await place.configMaps.get(place.key('acme-handover'), forever)
        return handover?.data?.['port'] === '9'
      })
      await place.is('Ready', 'True HandoverReady')
      expect(await fingerprints()).toEqual(before)
    },
  )

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const encrypted = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  test.each<readonly [string, () => string | Promise<string>, RegExp]>([
    ['of 1024 bits', () => rsa(1024).pkcs1, /1024 bits/],
    ['on an elliptic curve', () => ec.export({ type: 'sec1', format: 'pem' }).toString(), /not an RSA key/],
    ['in PKCS#8 on a curve', () => ec.export({ type: 'pkcs8', format: 'pem' }).toString(), /not an RSA key/],
    ['that is public', () => rsa().public, /public key/],
    ['that is a certificate', () => makeTestCertificate().certPem, /certificate/],
    [
      'under a passphrase',
      () =>
        encrypted.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      /encrypted/,
    ],
    ['that is no PEM', () => 'hello', /not PEM/],
  ])('%s is refused for what it is, and mended by a better one', async (_what, make, says) => {
    await keeper()
    const pem = await make()
    await place.secret('byo', { 'private.pem': pem })
    await bring()
    expect(await place.is('Ready', 'False KeyInvalid')).toMatch(says)
    expect(await keySecret(1)).toBeUndefined()
    expect(await place.ledger()).toEqual({})
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await place.is('Ready', 'True HandoverReady')
  })

  test('under another name in its Secret is missed by name', async () => {
    await keeper()
    await place.secret('byo', { 'tls.key': rsa().pkcs1 })
    await bring()
    expect(await place.is('Ready', 'False PrivateKeySecretMissing')).toContain('"private.pem"')
  })

  // Apply takes out what its own manager no longer names, and kubectl has one name for all Secrets.
  test.each([
    ['kubectl create', ['create']],
    ['kubectl apply', ['apply']],
    ['kubectl apply --server-side', ['apply', '--server-side']],
  ])('is put by the printed command beside what %s has put there', async (_, verb) => {
    await keeper()
    const theirs = { 'tls.key': Buffer.from('theirs').toString('base64') }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: place.named('byo'), data: theirs }
    await kubectl([...verb, '-f', '-'], { input: JSON.stringify(secret) })
    await bring()
    const message = await place.is('Ready', 'False PrivateKeySecretMissing')
    const command = /kubectl -n .*$/.exec(message)?.[0] ?? ''
    const { pkcs1 } = rsa()
    await runPrinted(command, { 'private.pem': pkcs1 })
    await place.is('Ready', 'True HandoverReady')
    const after = await place.secrets.get(place.key('byo'), forever)
    expect(after?.data).toEqual({ ...theirs, 'private.pem': Buffer.from(pkcs1).toString('base64') })
    expect(JSON.stringify(after?.metadata.annotations ?? {})).not.toContain('private.pem')
  })

  test('that has a version already does not get another', async () => {
    await keeper()
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await bring(1)
    await place.is('Ready', 'True HandoverReady')
    await bring(2)
    expect(await place.is('Ready', 'False KeyInvalid')).toContain('version 1')
    expect(await keySecret(2)).toBeUndefined()
  })

  test('brings a lost one back, and nothing but that one', async () => {
    await keeper()
    const pems = rsa()
    await place.secret('byo', { 'private.pem': pems.pkcs1 })
    await bring()
    await place.is('Ready', 'True HandoverReady')
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await place.secrets.delete(place.key('acme-partner-v1'), {}, forever)
    await place.is('Ready', 'False KeyVersionReused')
    await place.secret('byo', { 'private.pem': pems.pkcs8 })
    await place.is('Ready', 'True HandoverReady')
  })
})
