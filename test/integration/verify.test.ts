// `lenskeeper verify --secret`: the token and the keys come from a cluster.
import { beforeAll, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import { verify } from '../../src/cli/token/verify.ts'
import { ledgerData } from '../../src/partner-key/keys/ledger.ts'
import { inspectPublicKey } from '../../src/token/keys.ts'
import { adminKubeconfig, applyYaml, uniqueNamespace } from '../cluster/cluster.ts'
import { applyCrds } from '../cluster/deploy.ts'
import { oneList } from '../cluster/server-side-apply.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'
import { accessTokenVectors as vectors, vectorKey } from '../vectors/token-vectors.ts'

beforeAll(applyCrds)

const good = vectors.valid[0]!
const badSignature = vectors.invalid.find(({ error }) => error === 'bad-signature')!

function ledgerEntry(side: 'DataLens' | 'Partner', version: number) {
  const { publicPem } = vectorKey(side === 'DataLens' ? 'dataLensKeys' : 'partnerKeys', version)
  const { fingerprint } = inspectPublicKey(publicPem)
  return { side, version, publicPem, fingerprint }
}

/** A tenant, the ledger of its PartnerKey in another namespace, and a Secret as the operator would have made it. */
async function placeToken(token: string, fields: Readonly<Record<string, string>> = {}) {
  const tenants = await uniqueNamespace('verify-tenants')
  const keys = await uniqueNamespace('verify-keys')
  const documents = [
    {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      metadata: { namespace: tenants, name: 'acme' },
      spec: { partnerKeyRef: { name: 'key', namespace: keys }, database: good.dbName },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: keys, name: 'key-keys' },
      data: ledgerData([ledgerEntry('DataLens', 1), ledgerEntry('Partner', 1)]),
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: tenants,
        name: 'acme-datalens',
        annotations: { 'lenskeeper.dev/owner': `ConnectorTenant/${tenants}/acme` },
      },
      stringData: {
        token,
        database: good.dbName,
        dataLensKeyVersion: '1',
        partnerKeyVersion: '1',
        ...fields,
      },
    },
  ]
  await applyYaml(oneList(documents))
  return { secret: `${tenants}/acme-datalens`, tenants, keys }
}

async function run(...args: readonly string[]) {
  const terminal = recordedTerminal()
  const entry = { name: 'verify', summary: '', load: () => Promise.resolve(verify) }
  const code = await dispatch(['verify', ...args, '--kubeconfig', adminKubeconfig()], [entry], terminal)
  return { code, output: terminal.output, complaints: terminal.complaints }
}

test('finds the keys by the Secret alone', async () => {
  const { secret } = await placeToken(good.token)
  const { code, output, complaints } = await run('--secret', secret)
  expect(complaints).toBe('')
  expect(output).toMatch(/versions +ok +DataLens’s key 1, the partner’s key 1\n/)
  expect(output).toMatch(
    new RegExp(`signature +ok .*${ledgerEntry('Partner', 1).fingerprint.replaceAll('+', '\\+')}`),
  )
  expect(output).toMatch(/secret +ok /)
  expect(code).toBe(0)
})

test('refuses a damaged token, and never shows it', async () => {
  const { secret } = await placeToken(badSignature.token)
  const { code, output } = await run('--secret', secret)
  expect(output).toContain('DataLens would refuse this token with 400 "Invalid access token".')
  expect(output).not.toContain(badSignature.token.slice(4, 40))
  expect(code).toBe(1)
})

test('notices a good token of other versions than its Secret says', async () => {
  const { secret } = await placeToken(good.token, { partnerKeyVersion: '2' })
  const { code, output } = await run('--secret', secret)
  expect(output).toMatch(/secret +WRONG +partnerKeyVersion beside the token/)
  expect(code).toBe(1)
})

test('says in one line what is missing', async () => {
  const { secret, tenants, keys } = await placeToken(good.token)
  const complaintOf = async (...args: readonly string[]) => {
    const { code, complaints } = await run(...args)
    expect(code).toBe(1)
    return complaints
  }
  expect(await complaintOf('--secret', `${tenants}/none`)).toBe(
    `lenskeeper verify: there is no Secret ${tenants}/none\n`,
  )
  expect(await complaintOf('--secret', secret, '--ledger', `${keys}/other`)).toBe(
    `lenskeeper verify: there is no ConfigMap ${keys}/other-keys, the ledger of PartnerKey ${keys}/other\n`,
  )
})
