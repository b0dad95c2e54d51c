/** What becomes of an embed's Secret when others change it, remove it, have one of its name, or give it another name. */
import { beforeAll, describe, expect, test } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import type { Secret } from '../../../src/api/core-objects.ts'
import { annotations, labels } from '../../../src/api/labels.ts'
import { claimsIn, embed, enduringEmbed, namespace, published, secretMadeAt } from '../../scenarios/embeds.ts'
import { eventually } from '../../time/eventually.ts'
import { blue, forever, green, testInvariants, useStage } from './stage.ts'

const stage = useStage()

const taken = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'taken', namespace },
  stringData: { mine: 'yes' },
}

beforeAll(async () => {
  const { world } = stage()
  await enduringEmbed(world, 'lobby')
  await enduringEmbed(world, 'south', { spec: { params: [{ name: 'region', value: 'south' }] } })
})

describe('a name that is taken', () => {
  test('by a Secret that is not ours: that one is left alone, and the embed says so', async () => {
    const { world } = stage()
    await world.apply(taken)
    const { metadata, data } = await stage().secret('taken')
    await world.apply(embed('late', { secret: { name: 'taken' } }))
    const { status } = await world.embedIs('embeds/late', 'False', 'SecretConflict')
    expect(findCondition(status?.conditions, 'Stalled')?.status).toBe('True')
    const after = await stage().secret('taken')
    expect(after.metadata.resourceVersion).toBe(metadata.resourceVersion)
    expect(after.data).toEqual(data)
    // That it is free now, the embed finds out by itself: see the last test.
    await world.secrets.delete('embeds/taken', {}, forever)
  })

  test('by another embed: that one goes on', async () => {
    const { world } = stage()
    const before = await stage().secret('lobby-embed')
    await world.apply(embed('rival', { secret: { name: 'lobby-embed' } }))
    await world.embedIs('embeds/rival', 'False', 'SecretConflict')
    expect(await stage().secret('lobby-embed')).toEqual(before)
    await world.embeds.delete('embeds/rival', {}, forever)
  })
})

describe('what somebody changes is put right, with the same token', () => {
  test.each<[string, object]>([
    ['the url', { data: { url: encoded('https://evil.example/#dl_embed_token=a.b.c') } }],
    ['the time', { data: { expiresAt: null } }],
    ['our label', { metadata: { labels: { [labels.embed]: 'somebody' } } }],
    ['the label that watches select by', { metadata: { labels: { [labels.managedBy]: null } } }],
    ['the owner', { metadata: { annotations: { [annotations.owner]: null } } }],
    ['the note of the key', { metadata: { annotations: { [annotations.signedBy]: green.fingerprint } } }],
    ['the fingerprint', { metadata: { annotations: { [annotations.fingerprint]: 'v1:x' } } }],
    ['a note that is none', { metadata: { annotations: { [annotations.givenMetadata]: '{' } } }],
    ['what Reloader reads', { metadata: { annotations: { 'reloader.stakater.com/ignore': null } } }],
    ['the owner reference', { metadata: { ownerReferences: null } }],
    ['the url of one that was made immutable', { immutable: true, data: { url: encoded('x') } }],
  ])('%s', async (_, patch) => {
    const before = await stage().secret('lobby-embed')
    await stage().tamper('lobby-embed', patch)
    await eventually(async () => {
      const after = await stage().secret('lobby-embed')
      expect(contentOf(after)).toEqual(contentOf(before))
      return true
    })
    await stage().world.embedIs('embeds/lobby', 'True', 'Ready')
  })

  test('what they add stays', async () => {
    const patch = { data: { note: encoded('x') }, metadata: { labels: { team: 'a' } } }
    await stage().tamper('south-embed', patch)
    await stage().tamper('south-embed', { data: { expiresAt: null } })
    await eventually(async () => (await published(stage().world, 'south-embed')).expiresAt !== '')
    const { data, metadata } = await stage().secret('south-embed')
    expect(data?.['note']).toBe(encoded('x'))
    expect(metadata.labels?.['team']).toBe('a')
  })

  function encoded(text: string): string {
    return Buffer.from(text).toString('base64')
  }

  function contentOf({ data, type, metadata }: Secret): object {
    const { labels: names, annotations: notes, ownerReferences } = metadata
    return { data, type, names, notes, ownerReferences }
  }

  test('an owner of somebody else is a conflict until it is gone', async () => {
    const { world } = stage()
    const before = await stage().secret('lobby-embed')
    const map = { metadata: { name: 'other', namespace }, data: {} }
    const { uid } = (await world.configMaps.create(map, forever)).metadata
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid }
    await stage().tamper('lobby-embed', { metadata: { ownerReferences: [other] } })
    await world.embedIs('embeds/lobby', 'False', 'SecretConflict')
    await stage().tamper('lobby-embed', { metadata: { ownerReferences: null } })
    await world.embedIs('embeds/lobby', 'True', 'Ready')
    expect(contentOf(await stage().secret('lobby-embed'))).toEqual(contentOf(before))
  })
})

describe('a token is minted anew in place of', () => {
  const seconds = (): number => Math.floor(Date.now() / 1000)
  test.each<[string, () => Promise<string>]>([
    ['one for other parameters', async () => (await published(stage().world, 'south-embed')).token],
    ['one by another key', async () => await tokenOf({ pair: green })],
    ['one that has expired', async () => await tokenOf({ at: seconds() - 36_000 })],
    ['one that is due', async () => await tokenOf({ at: seconds() - 35_900 })],
    ['one from the future', async () => await tokenOf({ at: seconds() + 300 })],
    [
      'one of no algorithm',
      async () => (await tokenOf({})).replace(/^[^.]*/, b64({ alg: 'none', typ: 'JWT' })),
    ],
    ['one without its signature', async () => (await tokenOf({})).replace(/[^.]*$/, '')],
    [
      'one that ends nowhere',
      async () => `${b64({ alg: 'PS256' })}.${b64({ embedId: 'x', iat: 1e300 })}.AAAA`,
    ],
    ['rubbish', async () => 'rubbish'],
    ['nothing', async () => ''],
  ])('%s', async (_, make) => {
    const token = await make()
    const url = `https://datalens.yandex.cloud/embeds/chart#dl_embed_token=${token}`
    const data = Object.entries({ token, url }).map(([name, text]) => [
      name,
      Buffer.from(text).toString('base64'),
    ])
    await stage().tamper('lobby-embed', { data: Object.fromEntries(data) as object })
    const after = await stage().anotherToken('lobby-embed', token)
    expect(claimsIn(after.token)).toMatchObject({ params: { region: 'north' } })
    const made = await stage().world.embedIs('embeds/lobby', 'True', 'Ready')
    await eventually(async () => {
      const { status } = (await stage().world.embeds.get('embeds/lobby', forever)) ?? made
      return status?.expiresAt === after.expiresAt
    })
  })

  async function tokenOf({ pair = blue, at = seconds() }): Promise<string> {
    const made = await stage().world.embedIs('embeds/lobby', 'True', 'Ready')
    const { data } = await secretMadeAt(made, pair, at * 1000)
    return Buffer.from(data?.['token'] ?? '', 'base64').toString()
  }

  function b64(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url')
  }
})

test('a Secret that was deleted is made anew', async () => {
  const { token } = await published(stage().world, 'lobby-embed')
  await stage().world.secrets.delete('embeds/lobby-embed', {}, forever)
  await stage().anotherToken('lobby-embed', token)
  await stage().world.embedIs('embeds/lobby', 'True', 'Ready')
})

test('an embed that was deleted and made anew at once has a link of its own', async () => {
  const { world } = stage()
  await world.apply(embed('reborn'))
  await world.embedIs('embeds/reborn', 'True', 'Ready')
  await world.embeds.delete('embeds/reborn', {}, forever)
  await world.apply(embed('reborn'))
  await eventually(async () => {
    const { metadata } = await world.embedIs('embeds/reborn', 'True', 'Ready')
    const { ownerReferences } = (await stage().secret('reborn-embed')).metadata
    return ownerReferences?.[0]?.uid === metadata.uid
  })
})

test('under another name it is the same token, and the Secret with the old name goes last', async () => {
  const { world, history } = stage()
  await enduringEmbed(world, 'moved')
  const before = await published(world, 'moved-embed')
  await stage().patch('moved', { secret: { name: 'moved-away' } })
  const made = await world.embedIs('embeds/moved', 'True', 'Ready')
  expect(made.status?.secretName).toBe('moved-away')
  expect(await world.secrets.get('embeds/moved-embed', forever)).toBeUndefined()
  expect(await published(world, 'moved-away')).toEqual(before)
  await history.caughtUp()
  const [added] = history.versions('embeds/moved-away')
  expect(added?.version).toBeLessThan(history.removedAt('embeds/moved-embed') ?? 0)
})

test('and to a name that becomes free, it goes by itself', async () => {
  await stage().world.embedIs('embeds/late', 'True', 'Ready', 90_000)
  expect((await stage().secret('taken')).type).toBe('lenskeeper.dev/embed-token')
})

testInvariants(stage)
