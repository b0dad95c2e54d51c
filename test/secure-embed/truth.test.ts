/** What the status says of a link stays true when a write fails, when nobody asks, and when the link ends meanwhile. */
import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import { encodeData, type Secret } from '../../src/api/core-objects.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { KubeError } from '../../src/kube/errors.ts'
import { builtEmbed, newSigningKey, offeredKey } from '../builders/embed.ts'
import { EmbedRig } from './rig.ts'

const pem = newSigningKey()
const otherPem = newSigningKey()
const hourMs = 3_600_000
const west = { params: [{ name: 'region', value: 'west' }] }
const refused = new KubeError('forbidden', 'exceeded quota')
let rig: EmbedRig

beforeEach(async () => {
  rig = new EmbedRig()
  rig.signingKeys.put(offeredKey(pem))
  rig.put(builtEmbed())
  await rig.look()
})

function published(): string {
  const { status, reason } = findCondition(rig.status().conditions, 'TokenPublished') ?? {}
  return `${status} ${reason}`
}

describe('a link that nothing can replace is told to have ended when it has', () => {
  test('the key is gone, and the spec asks for another link', async () => {
    rig.removeKey()
    rig.change(west)
    await rig.run(0)
    expect(published()).toBe('True TokenPublished')
    await rig.run(hourMs)
    expect(published()).toBe('False TokenExpired')
    expect(rig.ready().is).toBe('False TokenExpired')
  })

  test('only a change of the embed helps', async () => {
    rig.change({ secret: { labels: { 'evil.example/x': 'y' } } })
    await rig.run(0)
    expect(rig.ready().is).toBe('False SecretMetadataNotAllowed')
    expect(findCondition(rig.status().conditions, 'Stalled')?.status).toBe('True')
    expect(published()).toBe('True TokenPublished')
    await rig.run(hourMs)
    expect(published()).toBe('False TokenExpired')
    expect(findCondition(rig.status().conditions, 'Stalled')?.status).toBe('True')
  })

  test('the spec is one that cannot be served', async () => {
    const { expiresAt } = rig.status()
    rig.change({ params: [{ name: 'region' }] })
    await rig.run(0)
    expect(rig.ready().is).toBe('False InvalidSpec')
    expect(published()).toBe('True TokenPublished')
    expect(rig.status()).toMatchObject({ expiresAt })
    await rig.run(hourMs)
    expect(published()).toBe('False TokenExpired')
  })

  test('the API server refuses one of another spec: what is there is told until its end, and then that it ended', async () => {
    rig.secrets.replace = () => Promise.reject(refused)
    rig.change(west)
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready().is).toBe('False SecretRefused')
    expect(rig.ready().says).toContain('not what the spec asks for now, and good until')
    expect(published()).toBe('True TokenPublished')
    await rig.clock.advance(hourMs)
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready().is).toBe('False TokenExpired')
    expect(published()).toBe('False TokenExpired')
  })

  test('the API server refuses the next one: it is asked again by then, however long the queue would wait', async () => {
    rig.secrets.replace = () => Promise.reject(refused)
    const left = (): number => Date.parse(rig.status().expiresAt ?? '') - rig.clock.now()
    await rig.clock.advance(left() - 400_000)
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready().is).toBe('True RefreshFailing')
    expect(rig.rests).toEqual([400_000])
    await rig.clock.advance(400_000)
    await expect(rig.look()).rejects.toBe(refused)
    expect(rig.ready().is).toBe('False TokenExpired')
    expect(rig.rests.at(-1)).toBe(450_000)
  })
})

test('a status that cannot be written keeps no link from being replaced in time', async () => {
  rig.embeds.mergePatchStatus = () => Promise.reject(refused)
  rig.change(west)
  await expect(rig.look()).rejects.toBe(refused)
  expect(rig.rests).toEqual([450_000])
})

test('while a machine sleeps no timer runs, so none is set for hours', async () => {
  rig.change({ lifetime: '10h', refreshBefore: '5h' })
  const outcomes = [await rig.look(), await rig.look()]
  rig.removeKey()
  outcomes.push(await rig.look())
  expect(rig.ready().is).toBe('True RefreshFailing')
  for (const outcome of outcomes) expect(outcome).toSatisfy(isSoon)
})

function isSoon(outcome: Outcome): boolean {
  return outcome.kind === 'recheck' && outcome.afterMs <= 300_000
}

describe('a suspended embed does not call good', () => {
  const swapped = (secret: Secret, token: string): Secret => ({
    ...secret,
    data: { ...secret.data, ...encodeData({ token }) },
  })
  const tokenNow = (): string => Buffer.from(rig.secret()?.data?.['token'] ?? '', 'base64').toString()

  test('a token that somebody changed', async () => {
    const token = tokenNow()
    rig.change({ suspend: true })
    rig.secrets.put(swapped(rig.secret() as Secret, `${token.slice(0, -40)}${'A'.repeat(40)}`))
    await rig.look()
    expect(rig.ready().is).toBe('False Suspended')
  })

  test('a token of a key that was replaced', async () => {
    rig.change({ suspend: true })
    await rig.look()
    expect(rig.ready().is).toBe('True Suspended')
    rig.signingKeys.put(offeredKey(otherPem))
    await rig.look()
    expect(rig.ready().is).toBe('False Suspended')
  })
})

test('a link that has moved is good, also if the old Secret cannot be deleted', async () => {
  rig.secrets.delete = () => Promise.reject(refused)
  rig.change({ secret: { name: 'new' } })
  await expect(rig.look()).rejects.toBe(refused)
  expect(rig.ready().is).toBe('True RefreshFailing')
  expect(rig.status().secretName).toBe('new')
})

describe('nothing is said to be free to go while a link that was made from it lives', () => {
  test('embed and key change one after the other, to a shorter lifetime', async () => {
    const { expiresAt } = rig.status()
    rig.change({ embedId: 'zzzzzzzzzzzzz', lifetime: '10m' })
    await rig.look()
    rig.signingKeys.put(offeredKey(otherPem))
    await rig.look()
    expect(rig.status().previous).toMatchObject({ embedId: 'zzzzzzzzzzzzz', expiresAt })
  })

  test('the lifetime is shortened first', async () => {
    const { expiresAt } = rig.status()
    rig.change({ lifetime: '10m' })
    await rig.look()
    expect(rig.status()).not.toHaveProperty('previous')
    await rig.run(600_000)
    rig.signingKeys.put(offeredKey(otherPem))
    await rig.look()
    expect(rig.status().previous).toMatchObject({ embedId: 'pgx4ekt5dj3u1', expiresAt })
    expect(rig.ready().says).toContain(`After ${expiresAt}, the embedding secret`)
  })

  test('it comes back into use', async () => {
    rig.change({ embedId: 'zzzzzzzzzzzzz' })
    await rig.look()
    expect(rig.status().previous?.embedId).toBe('pgx4ekt5dj3u1')
    rig.change({ embedId: 'pgx4ekt5dj3u1' })
    await rig.look()
    expect(rig.status().previous?.embedId).toBe('zzzzzzzzzzzzz')
    expect(rig.ready().says).not.toContain('the embed pgx4ekt5dj3u1')
  })
})

test('what somebody wrote into the Secret for a token is in no status, and in the way of no link', async () => {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
  const forged = { embedId: 'kubectl delete namespace '.repeat(9_000), iat: 0, exp: 2_000_000_000 }
  const token = `${part({ alg: 'PS256' })}.${part(forged)}.AAAA`
  rig.secrets.put({ ...(rig.secret() as Secret), data: encodeData({ token }) })
  await rig.look()
  expect(rig.ready().is).toBe('True Ready')
  expect(JSON.stringify([rig.embed(), rig.secret()?.metadata])).not.toContain('kubectl delete')
})

test.each(['constructor', '__proto__', 'toString'])(
  'a key named %s is looked for in the data alone',
  async key => {
    rig.change({ signingKeySecretRef: { name: 'embed-key', key } })
    await rig.look()
    expect(rig.ready().says).toContain(`has no "${key}" in its data`)
  },
)
