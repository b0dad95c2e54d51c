/** What comes of an embed, its Secret and its key in every state: the real controller, on objects in memory. */
import { importSPKI, jwtVerify } from 'jose'
import { createPublicKey } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { dataOf, encodeData, type Secret } from '../../src/api/core-objects.ts'
import { annotations, labels } from '../../src/api/labels.ts'
import { KubeError } from '../../src/kube/errors.ts'
import { builtEmbed, newSigningKey, offeredKey } from '../builders/embed.ts'
import { EmbedRig } from './rig.ts'

const [pem, otherPem] = [newSigningKey(), newSigningKey()]
const publicKey = await importSPKI(publicPem(pem), 'PS256')
const hourMs = 3_600_000

let rig: EmbedRig

function publicPem(privatePem: string): string {
  return createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString()
}

beforeEach(() => {
  rig = new EmbedRig()
  rig.signingKeys.put(offeredKey(pem))
  rig.put(builtEmbed())
})

function data(name?: string): Record<string, string> {
  const secret = rig.secret(name)
  return Object.fromEntries(
    Object.keys(secret?.data ?? {}).map(key => [key, dataOf(secret as Secret, key) ?? '']),
  )
}

/** Changes the Secret behind the operator's back. */
function tamper(change: (secret: Secret) => Secret): void {
  const secret = rig.secret()
  if (secret !== undefined) rig.secrets.put(change(secret))
}

const withData = (values: Record<string, string>) => (secret: Secret) => ({
  ...secret,
  data: { ...secret.data, ...encodeData(values) },
})

const rubbish = (): Secret => offeredKey('rubbish')

describe('a fresh embed', () => {
  test('has a link that a library of others takes', async () => {
    await rig.look()
    const { token, url, expiresAt } = data()
    const { payload } = await jwtVerify(token ?? '', publicKey, { currentDate: new Date(rig.clock.now()) })
    expect(payload).toEqual({
      embedId: 'pgx4ekt5dj3u1',
      dlEmbedService: 'YC_DATALENS_EMBEDDING_SERVICE_MARK',
      iat: rig.clock.now() / 1000 - 30,
      exp: rig.clock.now() / 1000 - 30 + 3600,
      params: { region: ['north', 'south'] },
    })
    expect(url).toBe(`https://datalens.yandex.cloud/embeds/chart#dl_embed_token=${token}`)
    expect(expiresAt).toBe('2026-01-01T00:59:30Z')
    expect(rig.secret()).toMatchObject({
      type: 'lenskeeper.dev/embed-token',
      metadata: {
        labels: { [labels.embed]: 'lobby' },
        annotations: {
          'reloader.stakater.com/ignore': 'true',
          [annotations.owner]: 'SecureEmbed/tenants/lobby',
        },
        ownerReferences: [{ kind: 'SecureEmbed', uid: 'embed-uid' }],
      },
    })
    expect(rig.ready()).toMatchObject({ is: 'True Ready' })
    expect(rig.status()).toMatchObject({
      secretName: 'lobby-embed',
      issuedAt: '2025-12-31T23:59:30Z',
      expiresAt: '2026-01-01T00:59:30Z',
      observedGeneration: 1,
    })
    expect(rig.events).toEqual([])
  })

  test('is not made twice', async () => {
    await rig.look()
    const [secret, embed] = [rig.secret(), rig.embed()]
    await rig.look()
    expect(rig.secret()).toBe(secret)
    expect(rig.embed()).toBe(embed)
  })
})

describe('without a key', () => {
  test('an unlabelled key and a missing one get the same answer, to the letter', async () => {
    // The operator sees offered Secrets alone, so a label that is taken away looks like a Secret that is gone.
    rig.removeKey()
    await rig.look()
    expect(rig.ready()).toMatchObject({ is: 'False SigningKeyNotOffered' })
    expect(rig.ready().says).toContain(
      'kubectl -n tenants label --overwrite secret embed-key lenskeeper.dev/use=embed-signing',
    )
    expect(rig.secret()).toBeUndefined()
    expect(rig.events).toMatchObject([{ type: 'Warning', reason: 'SigningKeyNotOffered' }])
  })

  test('a key that comes is used', async () => {
    rig.removeKey()
    await rig.look()
    rig.signingKeys.put(offeredKey(pem))
    await rig.look()
    expect(rig.ready().is).toBe('True Ready')
    expect(rig.events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Warning SigningKeyNotOffered',
      'Normal Ready',
    ])
  })

  test('a key under another name in the Secret is named', async () => {
    rig.change({ signingKeySecretRef: { name: 'embed-key', key: 'tls.key' } })
    await rig.look()
    expect(rig.ready()).toMatchObject({
      is: 'False SigningKeyInvalid',
      says: expect.stringContaining('no "tls.key"'),
    })
  })
})

describe('a key that became rubbish', () => {
  beforeEach(async () => {
    await rig.look()
    rig.signingKeys.put(rubbish())
  })

  test('takes no link away, and is told', async () => {
    const before = rig.secret()
    await rig.look()
    expect(rig.secret()).toBe(before)
    expect(rig.ready()).toMatchObject({
      is: 'True RefreshFailing',
      says: expect.stringMatching(/no key.*good until 2026-01-01T00:59:30Z/),
    })
    expect(rig.status().refreshAt).toBeUndefined()
    expect(rig.events).toMatchObject([{ type: 'Warning', reason: 'RefreshFailing' }])
  })

  test('lets the link end, and then it is said to have ended', async () => {
    await rig.run(2 * hourMs)
    expect(rig.ready()).toMatchObject({
      is: 'False TokenExpired',
      says: expect.stringMatching(/expired at 2026-01-01T00:59:30Z.*no key/),
    })
    expect(rig.status().conditions?.find(({ type }) => type === 'TokenPublished')?.status).toBe('False')
  })

  test('is told at the very second at which the link ends', async () => {
    await rig.run(hourMs - 31_000)
    expect(rig.ready().is).toBe('True RefreshFailing')
    await rig.run(1_000)
    expect(rig.ready().is).toBe('False TokenExpired')
  })

  test('and is mended: all goes on with the same link', async () => {
    const before = rig.secret()
    await rig.look()
    rig.signingKeys.put(offeredKey(pem))
    await rig.look()
    expect(rig.secret()).toBe(before)
    expect(rig.ready().is).toBe('True Ready')
    expect(rig.events.at(-1)).toMatchObject({ type: 'Normal', reason: 'Ready' })
  })

  test('does not make a former link good for a changed spec', async () => {
    rig.change({ params: [{ name: 'region', value: 'west' }] })
    await rig.look()
    expect(rig.ready()).toMatchObject({
      is: 'False SigningKeyInvalid',
      says: expect.stringContaining('not what the spec asks for now'),
    })
  })

  test('does not keep the address from being changed', async () => {
    const { token } = data()
    rig.change({ display: { theme: 'dark', controls: true } })
    await rig.look()
    expect(data()).toMatchObject({ token, url: expect.stringContaining('?_theme=dark#') })
    expect(rig.ready().is).toBe('True RefreshFailing')
  })
})

describe('what is signed anew', () => {
  beforeEach(() => rig.look())

  test.each([
    ['a parameter', { params: [{ name: 'region', value: 'west' }] }],
    ['no parameter any more', { params: [] }],
    ['the embed', { embedId: 'zzzzzzzzzzzzz' }],
    ['the lifetime', { lifetime: '2h' }],
  ])('%s is changed', async (_, spec) => {
    const { token } = data()
    rig.change(spec)
    await rig.look()
    expect(data()['token']).not.toBe(token)
    expect(data()['url']).toContain(data()['token'])
    expect(rig.ready().is).toBe('True Ready')
  })

  test.each<[string, (secret: Secret) => Secret]>([
    ['no token', secret => ({ ...secret, data: { url: secret.data?.['url'] ?? '' } })],
    ['a token that cannot be read', withData({ token: 'rubbish' })],
    ['a token of half', secret => withData({ token: (dataOf(secret, 'token') ?? '').slice(0, 300) })(secret)],
    ['nothing', secret => ({ ...secret, data: {} })],
  ])('the Secret holds %s', async (_, change) => {
    tamper(change)
    await rig.look()
    expect(data()['url']).toContain(data()['token'])
    await jwtVerify(data()['token'] ?? '', publicKey, { currentDate: new Date(rig.clock.now()) })
  })

  test('the token is one of another key', async () => {
    const stranger = new EmbedRig()
    stranger.signingKeys.put(offeredKey(otherPem))
    stranger.put(rig.embed())
    await stranger.look()
    const theirs = dataOf(stranger.secret() as Secret, 'token') ?? ''
    tamper(withData({ token: theirs, url: (data()['url'] ?? '').replace(data()['token'] ?? '', theirs) }))
    await rig.look()
    await jwtVerify(data()['token'] ?? '', publicKey, { currentDate: new Date(rig.clock.now()) })
  })

  test('the token is a good one for more than was asked', async () => {
    const wide = new EmbedRig()
    wide.signingKeys.put(offeredKey(pem))
    wide.put(builtEmbed({ spec: { params: [] } }))
    await wide.look()
    tamper(withData({ token: dataOf(wide.secret() as Secret, 'token') ?? '' }))
    await rig.look()
    const { payload } = await jwtVerify(data()['token'] ?? '', publicKey, {
      currentDate: new Date(rig.clock.now()),
    })
    expect(payload['params']).toEqual({ region: ['north', 'south'] })
  })

  test('the key is another one; the former one may go', async () => {
    rig.signingKeys.put(offeredKey(otherPem))
    const before = rig.status()
    await rig.look()
    expect(rig.status().keyFingerprint).not.toBe(before.keyFingerprint)
    expect(rig.status().previous).toEqual({
      embedId: 'pgx4ekt5dj3u1',
      keyFingerprint: before.keyFingerprint,
      expiresAt: before.expiresAt,
    })
    expect(rig.ready().says).toContain(
      `After ${before.expiresAt}, the embedding secret of the key ${before.keyFingerprint} may be deleted`,
    )
  })

  test('embed and key change in one commit, and what was before is remembered through further refreshes', async () => {
    const before = rig.status()
    rig.signingKeys.put(offeredKey(otherPem, 'next'))
    rig.change({ embedId: 'zzzzzzzzzzzzz', signingKeySecretRef: { name: 'next', key: 'private.pem' } })
    await rig.look()
    await rig.run(hourMs)
    rig.restart()
    await rig.look()
    expect(rig.status().previous).toMatchObject({
      embedId: 'pgx4ekt5dj3u1',
      keyFingerprint: before.keyFingerprint,
    })
    expect(rig.ready().says).toMatch(/the embed pgx4ekt5dj3u1 and the embedding secret of the key SHA256:/)
  })
})

describe('what nobody proves of a copy that is ours by its token', () => {
  const forged = {
    embedId: 'aaaaaaaaaaaaa',
    keyFingerprint: `SHA256:${'A'.repeat(43)}`,
    expiresAt: '1970-01-01T00:00:00Z',
  }
  const given = { labels: ['webhook'], annotations: ['webhook'] }
  const notes = {
    [annotations.previous]: JSON.stringify(forged),
    [annotations.givenMetadata]: JSON.stringify(given),
    webhook: 'x',
  }

  /** As somebody makes it who may read the Secret and create one, and has none of our labels. */
  const copy = (found: Record<string, string>) => {
    const { uid: _uid, ...rest } = rig.secret()?.metadata ?? { name: '' }
    const { annotations: ours } = rest
    const metadata = { ...rest, labels: { webhook: 'x', ...found }, annotations: { ...ours, ...notes } }
    rig.secrets.put({ ...(rig.secret() as Secret), metadata })
  }

  test.each<[string, Record<string, string>]>([
    ['no label', {}],
    ['the label of another', { [labels.managedBy]: 'Helm' }],
  ])('is told to nobody, and gone: %s', async (_, found) => {
    await rig.look()
    const { token } = data()
    copy(found)
    await rig.look()
    expect(rig.ready()).toEqual({ is: 'True Ready', says: expect.not.stringContaining('may be deleted') })
    await rig.run(2 * hourMs)
    expect(data()['token']).not.toBe(token)
    expect(rig.status()).not.toHaveProperty('previous')
    expect(rig.ready().says).not.toContain('may be deleted')
    const { annotations: after = {}, labels: names } = rig.secret()?.metadata ?? {}
    expect(after).not.toHaveProperty(annotations.previous)
    expect([after['webhook'], names?.['webhook']]).toEqual(['x', 'x'])
  })

  test('is told to nobody: a token in our own Secret that names another embed', async () => {
    await rig.look()
    const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
    const token = `${part({ alg: 'PS256' })}.${part({ embedId: forged.embedId, iat: 0, exp: 1 })}.AAAA`
    tamper(withData({ token }))
    await rig.look()
    expect(data()['token']).not.toBe(token)
    expect(rig.status()).not.toHaveProperty('previous')
    expect(rig.ready()).toEqual({ is: 'True Ready', says: expect.not.stringContaining('may be deleted') })
  })

  test.each<[string, (secret: Secret) => Secret]>([
    [
      'forged',
      ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: {}, annotations: { ...metadata.annotations, ...notes } },
      }),
    ],
    [
      'lost',
      ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, labels: {}, annotations: {} } }),
    ],
  ])('is what the status says, where the note is %s', async (_, change) => {
    await rig.look()
    rig.change({ embedId: 'zzzzzzzzzzzzz' })
    await rig.look()
    const { previous } = rig.status()
    const before = rig.secret()?.metadata.annotations?.[annotations.previous]
    expect(before).toBe(JSON.stringify(previous))
    const reordered = Object.fromEntries(Object.entries(previous ?? {}).reverse())
    rig.put({
      ...rig.embed(),
      status: { ...rig.status(), previous: reordered as NonNullable<typeof previous> },
    })
    tamper(change)
    await rig.look()
    expect(rig.status().previous).toEqual(previous)
    expect(rig.ready().says).toContain('the embed pgx4ekt5dj3u1 may be deleted')
    expect(rig.secret()?.metadata.annotations?.[annotations.previous]).toBe(before)
  })
})

describe('what is put right with the same token', () => {
  beforeEach(() => rig.look())

  test.each<[string, (secret: Secret) => Secret]>([
    ['an address of another host', withData({ url: 'https://evil.example/' })],
    ['another end', withData({ expiresAt: '2036-01-01T00:00:00Z' })],
    [
      'an annotation',
      secret => ({
        ...secret,
        metadata: {
          ...secret.metadata,
          annotations: { ...secret.metadata.annotations, [annotations.signedBy]: 'x' },
        },
      }),
    ],
    [
      'a label that is gone',
      secret => ({ ...secret, metadata: { ...secret.metadata, labels: { [labels.embed]: 'lobby' } } }),
    ],
    ['no owner', secret => ({ ...secret, metadata: { ...secret.metadata, ownerReferences: [] } })],
    ['none of our annotations', secret => ({ ...secret, metadata: { ...secret.metadata, annotations: {} } })],
  ])('%s', async (_, change) => {
    const [before, secret] = [data(), rig.secret()]
    tamper(change)
    await rig.look()
    expect(data()).toEqual(before)
    expect(rig.secret()?.metadata.annotations).toEqual(secret?.metadata.annotations)
    expect(rig.secret()?.metadata.labels).toEqual(secret?.metadata.labels)
  })

  test('unsigned parameters and display change the address alone', async () => {
    const { token } = data()
    rig.change({
      unsignedParams: [{ name: 'from', value: '2022-01-01' }],
      baseUrl: 'https://bi.acme.example',
    })
    await rig.look()
    expect(data()).toMatchObject({
      token,
      url: `https://bi.acme.example/embeds/chart?from=2022-01-01#dl_embed_token=${token}`,
    })
  })

  test('another name: the same token moves, and is under one of the names at any time', async () => {
    const { token } = data()
    rig.change({ secret: { name: 'elsewhere' } })
    await rig.look()
    expect(data('elsewhere')).toMatchObject({ token })
    expect(rig.secret()).toBeUndefined()
    expect(rig.status().secretName).toBe('elsewhere')
  })
})

describe('what is in the way', () => {
  test('a Secret of somebody else stays as it is, and it goes on when that is gone', async () => {
    const metadata = { name: 'lobby-embed', namespace: 'tenants', uid: 'theirs' }
    rig.secrets.put({ metadata, data: encodeData({ token: 'theirs' }) })
    const theirs = rig.secret()
    await rig.look()
    expect(rig.secret()).toBe(theirs)
    expect(rig.ready()).toMatchObject({
      is: 'False SecretConflict',
      says: expect.stringContaining(
        '"lobby-embed" is there and cannot be used: it was made by somebody else',
      ),
    })
    rig.secrets.store.noteDelete('tenants/lobby-embed', 'theirs')
    await rig.look()
    expect(rig.ready().is).toBe('True Ready')
  })

  test('a quota: the former link goes on until its end', async () => {
    await rig.look()
    const refused = new KubeError('forbidden', 'exceeded quota')
    rig.secrets.replace = () => Promise.reject(refused)
    rig.change({ display: { theme: 'dark', controls: true } })
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready()).toMatchObject({
      is: 'True RefreshFailing',
      says: expect.stringMatching(/exceeded quota.*good until/),
    })
    await rig.clock.advance(hourMs)
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready()).toMatchObject({
      is: 'False TokenExpired',
      says: expect.stringMatching(/^The link in the Secret expired at .*exceeded quota/),
    })
    expect(rig.refreshes).toEqual(['published', 'failed'])
  })

  test('a token that is too large; the former one stays, and is said not to be it', async () => {
    await rig.look()
    const before = rig.secret()
    rig.change({ params: [{ name: 'region', value: 'x'.repeat(30_000) }] })
    const outcome = await rig.look()
    // Not stalled while the former one lives: its end has to be told.
    expect(outcome).toEqual({ kind: 'recheck', afterMs: 300_000 })
    expect(rig.secret()).toBe(before)
    expect(rig.ready()).toMatchObject({
      is: 'False TokenTooLarge',
      says: expect.stringContaining('takes up to 30720'),
    })
    expect(rig.status().conditions?.map(({ type }) => type)).toContain('Stalled')
  })

  test('a label whose prefix is not allowed; but Reloader’s annotation is the author’s to set', async () => {
    rig.change({ secret: { annotations: { 'other.example/a': 'b' } } })
    await rig.look()
    expect(rig.ready().is).toBe('False SecretMetadataNotAllowed')
    rig.change({
      secret: { annotations: { 'reloader.stakater.com/ignore': 'false', 'acme.example/a': 'b' } },
    })
    await rig.look()
    expect(rig.ready().is).toBe('True Ready')
    expect(rig.secret()?.metadata.annotations).toMatchObject({
      'reloader.stakater.com/ignore': 'false',
      'acme.example/a': 'b',
    })
  })

  test('a spec that another CRD let through', async () => {
    rig.change({ params: [{ name: 'region' }] })
    await rig.look()
    expect(rig.ready()).toMatchObject({ is: 'False InvalidSpec', says: expect.stringContaining('"region"') })
    expect(rig.secret()).toBeUndefined()
  })
})

describe('what people decide', () => {
  test('suspended: nothing is changed, and the truth of the link is told, also when it ends', async () => {
    await rig.look()
    const before = rig.secret()
    rig.change({ suspend: true })
    await rig.run(0)
    expect(rig.ready()).toMatchObject({ is: 'True Suspended', says: expect.stringContaining('good until') })
    await rig.run(hourMs)
    expect(rig.ready().is).toBe('False Suspended')
    expect(rig.secret()).toBe(before)
    rig.change({ suspend: false })
    await rig.look()
    expect(rig.ready().is).toBe('True Ready')
  })

  test('suspended, then changed: no page is called dark that shows the link before', async () => {
    await rig.look()
    rig.change({ suspend: true, params: [{ name: 'region', value: 'west' }] })
    await rig.run(0)
    const says = () => rig.ready().says
    expect(rig.ready().is).toBe('False Suspended')
    expect(says()).toMatch(/not what the spec asks for now, and good until/)
    await rig.run(hourMs)
    expect(says()).toMatch(/There is no link that is good\./)
  })

  test('observed: what would be done is told, and nothing is done', async () => {
    rig = new EmbedRig({ observing: true })
    rig.signingKeys.put(offeredKey(pem))
    rig.put(builtEmbed())
    await rig.look()
    expect(rig.ready()).toMatchObject({
      is: 'False Observing',
      says: expect.stringContaining('create the Secret with a new link'),
    })
    expect(rig.status().plan).toEqual(['create the Secret with a new link'])
    expect(rig.secret()).toBeUndefined()
  })

  test('observed with an annotation: the link that is there counts', async () => {
    await rig.look()
    const embed = rig.embed()
    rig.put({ ...embed, metadata: { ...embed.metadata, annotations: { [annotations.mode]: 'Observe' } } })
    await rig.look()
    expect(rig.ready()).toMatchObject({
      is: 'True Observing',
      says: expect.stringContaining('nothing to change'),
    })
  })

  test('deleted, with somebody’s finalizer: it is not refreshed any more', async () => {
    await rig.look()
    const embed = rig.embed()
    const metadata = {
      ...embed.metadata,
      deletionTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['acme.example/x'],
    }
    rig.put({ ...embed, metadata })
    await rig.look()
    expect(rig.ready()).toMatchObject({
      is: 'True Deleting',
      says: expect.stringContaining('acme.example/x'),
    })
  })
})

test('nothing of a key, no token and no signature is in any status or Event', async () => {
  await rig.look()
  rig.signingKeys.put(rubbish())
  await rig.look()
  const { token = '' } = data()
  const told = JSON.stringify([rig.embed(), rig.events])
  expect(told).not.toContain(token.slice(0, 40))
  expect(told).not.toContain(token.slice(-40))
  expect(told).not.toContain(pem.slice(100, 140))
})
