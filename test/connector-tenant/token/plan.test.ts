import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import { annotations, labels } from '../../../src/api/labels.ts'
import { apiVersion } from '../../../src/api/definition/resource.ts'
import { planToken, type TokenSituation } from '../../../src/connector-tenant/token/plan.ts'
import {
  buildTokenSecret,
  sealOwner,
  tokenShape,
  type SealedToken,
} from '../../../src/connector-tenant/token/secret.ts'
import { viewCurrentToken } from '../../../src/connector-tenant/token/view.ts'
import { parsePair, type Pair } from '../../../src/tenancy/pair.ts'
import type { KeyRingEntry } from '../../../src/token/key-ring.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../../src/token/keys.ts'
import { deriveSealKey, seal } from '../../../src/token/seal.ts'

const pem = () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    private: inspectPrivateKey(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
    public: inspectPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  }
}
const [one, two, stranger] = [pem(), pem(), pem()]
const ring: KeyRingEntry = {
  partner: new Map([
    [1, one.private],
    [2, two.private],
  ]),
  dataLens: new Map([[1, one.public]]),
}

const shape = tokenShape({
  metadata: { namespace: 'tenants', name: 'acme', uid: 'uid-1' },
  spec: {
    partnerKeyRef: { name: 'acme' },
    database: 'client_1',
    access: 'Granted',
    deletionPolicy: 'Retain',
    suspend: false,
  },
})

const pairOf = (text: string): Pair => parsePair(text) ?? { dataLens: 0, partner: 0 }

function sealed(
  pair: string,
  fingerprint = `print ${pair}`,
  owner = sealOwner(shape.owner.key),
): SealedToken {
  const token = `${pair}:Y2lwaGVy:c2lnbmF0dXJl`
  const key = pairOf(pair).partner === 2 ? two.private : one.private
  return {
    token,
    pair: pairOf(pair),
    fingerprint,
    seal: seal(deriveSealKey(key), { owner, fingerprint, token }),
    mintedAt: '2026-01-01T00:00:00Z',
  }
}

function stored(secret: Secret, change: (secret: Secret) => Secret = same => same): Secret {
  return change({ ...secret, metadata: { ...secret.metadata, uid: 'secret-uid', resourceVersion: '7' } })
}

const view = (secret: Secret, keys: KeyRingEntry = ring) => viewCurrentToken(secret, shape, { ring: keys })
const holding = (pair: string, change?: (secret: Secret) => Secret) =>
  view(stored(buildTokenSecret(shape, sealed(pair)), change))

const wants = (pair: string | undefined): TokenSituation['pair'] => ({
  wanted: pair === undefined ? undefined : pairOf(pair),
  fingerprint: pair === undefined ? undefined : `print ${pair}`,
  waitingFor: 'waiting for DataLens',
})

const situation = (over: Partial<TokenSituation>): TokenSituation => ({
  current: undefined,
  former: [],
  pair: wants('1:1'),
  vouched: undefined,
  ...over,
})

const edit =
  (path: 'labels' | 'annotations', values: Record<string, string | undefined>) =>
  (secret: Secret): Secret => {
    const merged = { ...secret.metadata[path], ...values }
    const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
    return { ...secret, metadata: { ...secret.metadata, [path]: kept as Record<string, string> } }
  }

const data = (name: string, text: string) => (secret: Secret) => ({
  ...secret,
  data: { ...secret.data, [name]: Buffer.from(text).toString('base64') },
})

describe('what is done about the token Secret', () => {
  const kinds = (plan: ReturnType<typeof planToken>): string[] =>
    'steps' in plan ? plan.steps.map(({ kind }) => kind) : []

  test.each<[string, Partial<TokenSituation>, string, string[]]>([
    ['none yet', {}, 'mint', ['mintToken']],
    ['none, and no key yet', { pair: wants(undefined) }, 'waiting', []],
    ['whole and for the right pair', { current: holding('1:1') }, 'published', []],
    [
      'whole, of the former pair, admitted',
      { current: holding('1:1'), pair: wants('1:2') },
      'mint',
      ['mintToken'],
    ],
    ['whole, while no pair is wanted', { current: holding('1:1'), pair: wants(undefined) }, 'published', []],
    [
      'token swapped for another',
      { current: holding('1:1', data('token', '1:1:b3RoZXI=:b3RoZXI=')) },
      'mint',
      ['mintToken'],
    ],
    [
      'token swapped, and no key',
      { current: holding('1:1', data('token', 'x')), pair: wants(undefined) },
      'waiting',
      [],
    ],
    [
      'seal removed',
      { current: holding('1:1', edit('annotations', { [annotations.seal]: undefined })) },
      'mint',
      ['mintToken'],
    ],
    [
      'another database written into it',
      { current: holding('1:1', data('database', 'client_2')) },
      'published',
      ['repairSecret'],
    ],
    [
      'version field edited',
      { current: holding('1:1', data('partnerKeyVersion', '9')) },
      'published',
      ['repairSecret'],
    ],
    [
      'our label removed: the seal proves it',
      { current: holding('1:1', edit('labels', { [labels.managedBy]: undefined })) },
      'published',
      ['repairSecret'],
    ],
    [
      'owner annotation removed: the seal proves it',
      { current: holding('1:1', edit('annotations', { [annotations.owner]: undefined })) },
      'published',
      ['repairSecret'],
    ],
    ['foreign label added', { current: holding('1:1', edit('labels', { team: 'a' })) }, 'published', []],
    [
      'renamed in the spec: the same token moves',
      { former: [holding('1:1')] },
      'published',
      ['createSecret', 'deleteSecret'],
    ],
    [
      'renamed and rotated at once',
      { former: [holding('1:1')], pair: wants('1:2') },
      'mint',
      ['mintToken', 'deleteSecret'],
    ],
    [
      'renamed, both there (stopped between)',
      { current: holding('1:1'), former: [holding('1:1')] },
      'published',
      ['deleteSecret'],
    ],
  ])('%s', (_, over, kind, steps) => {
    const plan = planToken(situation(over))
    expect({ kind: plan.kind, steps: kinds(plan) }).toEqual({ kind, steps })
  })

  test.each<[string, (secret: Secret) => Secret]>([
    [
      'made by somebody',
      secret => ({ ...secret, metadata: { name: 'acme-datalens', namespace: 'tenants' } }),
    ],
    ['another tenant’s', edit('annotations', { [annotations.owner]: 'ConnectorTenant/tenants/other' })],
    [
      'owned by another controller',
      secret => ({
        ...secret,
        metadata: {
          ...secret.metadata,
          ownerReferences: [
            { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'x', uid: 'u' },
          ],
        },
      }),
    ],
    ['of another type', secret => ({ ...secret, type: 'Opaque' })],
  ])('a Secret that is %s is left alone', (_, change) => {
    expect(planToken(situation({ current: holding('1:1', change) })).kind).toBe('conflict')
  })

  test('a token copied from another tenant’s Secret does not pass', () => {
    const other = sealed('1:1', 'print 1:1', 'ConnectorTenant/tenants/other')
    expect(view(stored(buildTokenSecret(shape, other))).seal).toBe('broken')
  })

  test('a seal whose key is not at hand is not judged, and the Secret not touched', () => {
    const current = view(stored(buildTokenSecret(shape, sealed('1:2'))), {
      ...ring,
      partner: new Map([[1, one.private]]),
    })
    expect(current.seal).toBe('unknown')
    const plan = planToken(situation({ current, pair: { ...wants('1:2'), fingerprint: undefined } }))
    expect(plan.kind).toBe('waiting')
    const served = situation({
      current,
      pair: { ...wants('1:2'), fingerprint: undefined },
      vouched: pairOf('1:2'),
    })
    expect(planToken(served)).toMatchObject({ kind: 'published', steps: [] })
    const rotatedAway = situation({ current, pair: wants('1:1'), vouched: pairOf('1:2') })
    expect(planToken(rotatedAway).kind).toBe('mint')
  })

  test('a seal made with another key under the same version is broken', () => {
    const forged = { ...ring, partner: new Map([[1, stranger.private]]) }
    expect(view(stored(buildTokenSecret(shape, sealed('1:1'))), forged).seal).toBe('broken')
  })

  test('an owner reference that a backup tool stripped, or an earlier object left, is put right', () => {
    const stripped = holding('1:1', secret => ({
      ...secret,
      metadata: { ...secret.metadata, ownerReferences: [] },
    }))
    const stale = holding('1:1', secret => ({
      ...secret,
      metadata: {
        ...secret.metadata,
        ownerReferences: [{ apiVersion, kind: 'ConnectorTenant', name: 'acme', uid: 'old' }],
      },
    }))
    for (const current of [stripped, stale])
      expect(kinds(planToken(situation({ current })))).toEqual(['repairSecret'])
  })
})

describe('the Secret as it is written', () => {
  test('keeps what others put there and drops what the spec no longer asks for', () => {
    const before = buildTokenSecret({ ...shape, labels: { team: 'a', stage: 'x' } }, sealed('1:1'))
    const foreign = stored(before, edit('annotations', { 'example.com/note': 'keep' }))
    const after = buildTokenSecret({ ...shape, labels: { team: 'b' } }, sealed('1:1'), foreign)
    expect(after.metadata.labels).toMatchObject({ team: 'b' })
    expect(after.metadata.labels).not.toHaveProperty('stage')
    expect(after.metadata.annotations).toMatchObject({ 'example.com/note': 'keep' })
    expect(after.metadata.resourceVersion).toBe('7')
  })

  test('hostile text in our own annotation counts as nothing', () => {
    const hostile = stored(
      buildTokenSecret(shape, sealed('1:1')),
      edit('annotations', { [annotations.givenMetadata]: '{"labels":"x","annotations":[1,{}]}' }),
    )
    expect(buildTokenSecret(shape, sealed('1:1'), hostile).metadata.labels).toMatchObject({
      [labels.tenant]: 'acme',
    })
  })
})
