/** A signing key and an embed become a link that a page can use, and one that is good is left alone. */
import { importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import { annotations, labels } from '../../../src/api/labels.ts'
import type { SecureEmbed } from '../../../src/api/secure-embed.ts'
import { claimsIn, embed, enduringEmbed, published } from '../../scenarios/embeds.ts'
import { settled } from '../../watchers/settled.ts'
import { blue, green, testInvariants, useStage } from './stage.ts'

const stage = useStage()

const full = {
  params: [
    { name: 'region', values: ['north', 'south'] },
    { name: 'username', value: 'lobby' },
  ],
  unsignedParams: [{ name: 'from', value: '2022-01-01' }],
  display: { theme: 'dark', controls: false },
  secret: { labels: { team: 'lobby' }, annotations: { purpose: 'screen' } },
}

function messageOf(made: SecureEmbed): string {
  return findCondition(made.status?.conditions, 'Ready')?.message ?? ''
}

describe('from YAML to a link', () => {
  let made: SecureEmbed

  test('the Secret holds a token that a library sharing no code takes, and the address that goes with it', async () => {
    made = await enduringEmbed(stage().world, 'lobby', { spec: full })
    const { token, url, expiresAt } = await published(stage().world, 'lobby-embed')
    const key = await importSPKI(blue.publicPem, 'PS256')
    const { payload, protectedHeader } = await jwtVerify(token, key, { algorithms: ['PS256'] })
    expect(protectedHeader).toEqual({ alg: 'PS256', typ: 'JWT' })
    const { iat = 0, exp = 0, ...claims } = payload
    expect(claims).toEqual({
      embedId: 'pgx4ekt5dj3u1',
      dlEmbedService: 'YC_DATALENS_EMBEDDING_SERVICE_MARK',
      params: { region: ['north', 'south'], username: 'lobby' },
    })
    expect(exp - iat).toBe(36_000)
    expect(url).toBe(
      `https://datalens.yandex.cloud/embeds/chart?from=2022-01-01&_theme=dark&_no_controls=1#dl_embed_token=${token}`,
    )
    expect(expiresAt).toBe(timestamp(exp))
    const { status } = made
    expect(status).toMatchObject({
      secretName: 'lobby-embed',
      issuedAt: timestamp(iat),
      expiresAt,
      keyFingerprint: blue.fingerprint,
    })
    expect(status).not.toHaveProperty('previous')
    const refreshAt = Date.parse(status?.refreshAt ?? '') / 1000
    expect(refreshAt).toBeGreaterThan(iat)
    expect(refreshAt).toBeLessThanOrEqual(exp - 120)
    expect(status?.conditions?.map(({ type, status: is, reason }) => [type, is, reason])).toEqual([
      ['Ready', 'True', 'Ready'],
      ['TokenPublished', 'True', 'TokenPublished'],
    ])
  })

  test('the Secret tells what it is and whose, in one write', async () => {
    const secret = await stage().secret('lobby-embed')
    const { metadata, type, data } = secret
    expect(type).toBe('lenskeeper.dev/embed-token')
    expect(Object.keys(data ?? {}).sort()).toEqual(['expiresAt', 'token', 'url'])
    expect(metadata.labels).toEqual({
      [labels.managedBy]: 'lenskeeper',
      [labels.embed]: 'lobby',
      team: 'lobby',
    })
    expect(metadata.annotations).toMatchObject({
      [annotations.owner]: 'SecureEmbed/embeds/lobby',
      [annotations.signedBy]: blue.fingerprint,
      'reloader.stakater.com/ignore': 'true',
      purpose: 'screen',
    })
    // Deleting it with its embed is Kubernetes' own garbage collection, which goes by this.
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'SecureEmbed',
        name: 'lobby',
        uid: made.metadata.uid,
        controller: true,
        blockOwnerDeletion: false,
      },
    ])
    await stage().history.caughtUp()
    expect(stage().history.versionsOf(secret)).toHaveLength(1)
  })

  test('a chart of DoubleCloud has its token in the query, and numbers as numbers', async () => {
    const spec = { platform: 'DoubleCloud', params: [{ name: 'year', value: 2024 }] }
    await enduringEmbed(stage().world, 'cloud', { spec })
    const { token, url } = await published(stage().world, 'cloud-embed')
    expect(url).toBe(`https://app.double.cloud/embeds/chart?__dl_embed_token=${token}`)
    expect(claimsIn(token)).toMatchObject({ dlEmbedService: 'doublecloud', params: { year: 2024 } })
  })

  test('Reloader restarts whom the author says', async () => {
    const secret = { annotations: { 'reloader.stakater.com/ignore': 'false' } }
    await enduringEmbed(stage().world, 'reloaded', { spec: { secret } })
    const { metadata } = await stage().secret('reloaded-embed')
    expect(metadata.annotations?.['reloader.stakater.com/ignore']).toBe('false')
  })

  test('columns say so, and kubectl explains the fields', async () => {
    const { world } = stage()
    const table = await world.kubectl(['get', 'dlembed', '-n', 'embeds'])
    expect(table).toMatch(/NAME\s+KIND\s+EMBED\s+EXPIRES\s+READY\s+REASON\s+AGE/)
    expect(table).toMatch(/lobby\s+Chart\s+pgx4ekt5dj3u1\s+\d{4}-\S+Z\s+True\s+Ready/)
    expect(await world.kubectl(['explain', 'dlembed.spec.lifetime'])).toContain('How long a link is good')
    expect(await world.kubectl(['explain', 'dlembed.status.previous'])).toContain('expiresAt')
  })
})

describe('a link that is good and not due', () => {
  test('is not written again by another look', async () => {
    await settled(() => stage().writes().length, { forMs: 1_000 })
    stage().proxy.forget()
    await stage().lookAgain('lobby')
    expect(stage().writes()).toEqual([])
  })

  test('is not written again by a restart', async () => {
    stage().proxy.forget()
    await stage().restart()
    await stage().looks(3)
    await settled(() => stage().writes().length, { forMs: 1_000 })
    expect(stage().writes()).toEqual([])
  })
})

describe('another token', () => {
  test.each<[string, object, (claims: Readonly<Record<string, unknown>>) => unknown]>([
    [
      'for other parameters',
      { params: [{ name: 'region', value: 'west' }] },
      ({ params }) => expect(params).toEqual({ region: 'west' }),
    ],
    [
      'for another lifetime',
      { lifetime: '9h' },
      ({ iat, exp }) => expect(Number(exp) - Number(iat)).toBe(32_400),
    ],
    [
      'for another service',
      { platform: 'DoubleCloud' },
      claims => expect(claims.dlEmbedService).toBe('doublecloud'),
    ],
  ])('%s; nothing may be deleted for that', async (_, change, says) => {
    const name = await fresh()
    const before = await published(stage().world, `${name}-embed`)
    await stage().patch(name, change)
    const after = await stage().anotherToken(`${name}-embed`, before.token)
    says(claimsIn(after.token))
    const made = await stage().world.embedIs(`embeds/${name}`, 'True', 'Ready')
    expect(made.status?.expiresAt).toBe(after.expiresAt)
    expect(made.status).not.toHaveProperty('previous')
    expect(messageOf(made)).not.toContain('deleted')
  })

  test('for another embed and key, in one commit; the status says when the former ones may be deleted', async () => {
    const name = await fresh()
    const before = await published(stage().world, `${name}-embed`)
    await stage().patch(name, {
      embedId: 'zzzzzzzzzzzzz',
      signingKeySecretRef: { name: 'other', key: 'private.pem' },
    })
    const after = await stage().anotherToken(`${name}-embed`, before.token)
    const key = await importSPKI(green.publicPem, 'PS256')
    await expect(jwtVerify(after.token, key)).resolves.toMatchObject({
      payload: { embedId: 'zzzzzzzzzzzzz' },
    })
    const made = await stage().world.embedIs(`embeds/${name}`, 'True', 'Ready')
    const { expiresAt } = before
    const previous = { embedId: 'pgx4ekt5dj3u1', keyFingerprint: blue.fingerprint, expiresAt }
    expect(made.status).toMatchObject({ keyFingerprint: green.fingerprint, previous })
    expect(messageOf(made)).toContain(`After ${expiresAt}, the embed pgx4ekt5dj3u1 and the embedding secret`)
    expect(stage().history.tokens(`embeds/${name}-embed`, made.metadata.uid)).toEqual([
      before.token,
      after.token,
    ])
  })
})

describe('the same token at another address', () => {
  test.each<[string, object, string]>([
    ['for unsigned parameters', { unsignedParams: [{ name: 'to', value: '2024' }] }, '?to=2024#'],
    ['for another display', { display: { lang: 'en', theme: 'light' } }, '?_theme=light&_lang=en#'],
    ['for another host', { baseUrl: 'https://bi.acme.example' }, 'https://bi.acme.example/embeds/chart#'],
  ])('%s', async (_, change, part) => {
    const name = await fresh()
    const { token } = await published(stage().world, `${name}-embed`)
    const { metadata } = await stage().patch(name, change)
    const made = await stage().world.embedIs(`embeds/${name}`, 'True', 'Ready')
    expect(made.metadata.generation).toBe(metadata.generation)
    const after = await published(stage().world, `${name}-embed`)
    expect(after.token).toBe(token)
    expect(after.url).toContain(`${part}dl_embed_token=${token}`)
    await stage().history.caughtUp()
    expect(stage().history.versionsOf(await stage().secret(`${name}-embed`))).toHaveLength(2)
  })
})

test('two embeds that differ in nothing have links of their own', async () => {
  await stage().world.apply(embed('twin-a'), embed('twin-b'))
  for (const name of ['twin-a', 'twin-b']) await stage().world.embedIs(`embeds/${name}`, 'True', 'Ready')
  const [a, b] = await Promise.all(
    ['twin-a', 'twin-b'].map(name => published(stage().world, `${name}-embed`)),
  )
  expect(a?.token).not.toBe(b?.token)
})

testInvariants(stage)

let changed = 0

async function fresh(): Promise<string> {
  const name = `changed-${changed++}`
  await enduringEmbed(stage().world, name)
  return name
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
