/** What a signing key does to the embeds that use it: new, of another form, replaced, spoilt, withdrawn. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import type { Secret } from '../../../src/api/core-objects.ts'
import { labels } from '../../../src/api/labels.ts'
import {
  claimsIn,
  embed,
  enduringEmbed,
  namespace,
  published,
  signingKey,
  signingPair,
  type SigningPair,
} from '../../scenarios/embeds.ts'
import { sideBySide } from '../../scenarios/side-by-side.ts'
import { eventually } from '../../time/eventually.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { settled } from '../../watchers/settled.ts'
import { blue, forever, green, testInvariants, useStage } from './stage.ts'

const stage = useStage()

describe('a key of many embeds', () => {
  const many = Array.from({ length: 50 }, (_, index) => `many-${index}`)
  const spec = { signingKeySecretRef: { name: 'shared' } }
  /** The uids of the embeds that were there to stay. */
  const uids = new Map<string, string | undefined>()
  const secretsOf = async (): Promise<ReadonlyMap<string, Secret>> => {
    const found = await stage().world.secrets.list({ namespace, labelSelector: labels.embed }, forever)
    const ours = found.filter(({ metadata }) => metadata.name.startsWith('many-'))
    return new Map(ours.map(secret => [secret.metadata.name, secret]))
  }
  /** Once all say so and nothing is written any more. */
  const allAre = async (status: 'True' | 'False', reason: string): Promise<void> => {
    await eventually(
      async () => {
        const embeds = await stage().world.embeds.list({ namespace }, forever)
        const ready = embeds
          .filter(({ metadata }) => metadata.name.startsWith('many-'))
          .map(made => findCondition(made.status?.conditions, 'Ready'))
        const told = ready.filter(is => is?.status === status && is.reason === reason)
        if (told.length === many.length) return true
        throw new Error(`${told.length} of ${many.length}; one is ${JSON.stringify(ready[0])}`)
      },
      { what: `all are ${status} ${reason}`, deadlineMs: 60_000 },
    )
    await settled(() => stage().writes().length, { forMs: 1_000 })
    await stage().history.caughtUp()
  }

  test('is replaced: each link is minted anew, in two writes', async () => {
    await stage().world.apply(signingKey('shared', blue.privatePem))
    await sideBySide(many, 10, async name => {
      const { metadata } = await enduringEmbed(stage().world, name, { spec })
      uids.set(name, metadata.uid)
    })
    await allAre('True', 'Ready')
    stage().proxy.forget()
    await stage().world.apply(signingKey('shared', green.privatePem))
    const key = await importSPKI(green.publicPem, 'PS256')
    await eventually(
      async () => {
        for (const secret of (await secretsOf()).values()) await jwtVerify(textOf(secret, 'token'), key)
        return true
      },
      { what: 'all links are by the new key' },
    )
    await allAre('True', 'Ready')
    expect(kindsOf(stage().writes())).toEqual({ 'PUT secrets': 50, 'PATCH status': 50 })
  })

  test('is replaced by rubbish: what is published stays byte for byte, and each embed tells', async () => {
    const before = await secretsOf()
    stage().proxy.forget()
    await stage().world.apply(signingKey('shared', 'rubbish-that-nobody-should-see'))
    await allAre('True', 'RefreshFailing')
    expect(await secretsOf()).toEqual(before)
    const made = await stage().world.embeds.get('embeds/many-7', forever)
    const message = findCondition(made?.status?.conditions, 'Ready')?.message
    expect(message).toMatch(/^"private.pem" of the Secret "shared" cannot sign. This is no key/)
    expect(message).toContain(`good until ${made?.status?.expiresAt}`)
    expect(kindsOf(stage().writes())).toEqual({ 'PATCH status': 50, 'POST events': 50 })
    // The key is their author’s, so nobody of the platform is called.
    expect(await metricOf(stage().operator, 'lenskeeper_embeds', { state: 'waiting' })).toBe(50)
    expect(await metricOf(stage().operator, 'lenskeeper_embeds', { state: 'failing' })).toBe(0)
  })

  test('is mended: nothing was lost, and nothing is minted', async () => {
    const before = await secretsOf()
    await stage().world.apply(signingKey('shared', green.privatePem))
    await allAre('True', 'Ready')
    expect(await secretsOf()).toEqual(before)
  })

  test('goes, and the next one comes', async () => {
    await stage().world.secrets.delete('embeds/shared', {}, forever)
    await allAre('True', 'RefreshFailing')
    await stage().world.apply(signingKey('shared', blue.privatePem))
    await allAre('True', 'Ready')
    const tokens = many.map(name => stage().history.tokens(`embeds/${name}-embed`, uids.get(name)).length)
    expect(new Set(tokens)).toEqual(new Set([3]))
  })

  function kindsOf(writes: readonly string[]): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const write of writes) {
      const kind = write.replace(/^(\w+) .*\/(secrets|status|events)(\/[^/]+)?$/, '$1 $2')
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    return counts
  }
})

describe('a Secret without the label is as one that is not there', () => {
  const places = ['unlabelled', 'missing']

  test('for an embed that never had a key', async () => {
    for (const at of places) await stage().world.namespace(at)
    await stage().world.apply(
      withoutLabel(signingKey('signing', green.privatePem, 'unlabelled')),
      ...places.map(at => embed('lobby', {}, at)),
    )
    await expectTheSame('False', 'SigningKeyNotOffered')
  })

  test('for an embed whose key is withdrawn while its link lives', async () => {
    for (const at of places) {
      await stage().world.apply(signingKey('signing', blue.privatePem, at))
      await enduringEmbed(stage().world, 'lobby', { namespace: at })
    }
    const patch = { metadata: { labels: { [labels.use]: null } } }
    await stage().world.secrets.mergePatch('unlabelled/signing', patch, forever)
    await stage().world.secrets.delete('missing/signing', {}, forever)
    await expectTheSame('True', 'RefreshFailing')
  })

  async function expectTheSame(status: 'True' | 'False', reason: string): Promise<void> {
    const told: string[] = []
    for (const at of places) {
      const made = await stage().world.embedIs(`${at}/lobby`, status, reason)
      const events = await eventually(async () => {
        const found = await eventsOf(at)
        return found.some(event => event.reason === reason) ? found : undefined
      })
      told.push(scrubbed({ status: made.status, events }, at))
    }
    expect(told[0]).toBe(told[1])
  }

  async function eventsOf(at: string): Promise<readonly { readonly reason: string }[]> {
    const list = await stage().world.kubectl(['get', 'events.events.k8s.io', '-n', at, '-o', 'json'])
    const { items } = JSON.parse(list) as { items: { reason: string; note: string; type: string }[] }
    const told = items.map(({ reason, note, type }) => ({ reason, note, type }))
    return told.sort((a, b) => a.reason.localeCompare(b.reason))
  }

  function scrubbed(value: unknown, at: string): string {
    const text = JSON.stringify(value).replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '‹time›')
    return text.replaceAll(`-n ${at} `, '-n ‹namespace› ')
  }

  function withoutLabel(secret: Secret): Secret {
    const { labels: _none, ...metadata } = secret.metadata
    return { ...secret, metadata }
  }
})

describe('as people have it', () => {
  const { privatePem } = blue
  const pkcs8 = createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'pem' }).toString()
  const lines = privatePem.trim().split('\n')
  const locked = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  const ofBits = (modulusLength: number): string =>
    generateKeyPairSync('rsa', { modulusLength })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString()
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const good: Readonly<Record<string, string>> = {
    'pkcs-8': pkcs8,
    crlf: privatePem.replaceAll('\n', '\r\n'),
    'written-out': privatePem.replaceAll('\n', '\\n'),
    spaces: privatePem.replaceAll('\n', ' '),
    'one-line': lines.join(''),
    body: lines.slice(1, -1).join(''),
    quoted: `"${privatePem.replaceAll('\n', '\\n')}"`,
    twice: Buffer.from(privatePem).toString('base64'),
    chatty: `The key of the lobby:\n\n${privatePem}`,
  }
  const bad: Readonly<Record<string, readonly [string, RegExp]>> = {
    small: [ofBits(1024), /1024 bits/],
    ec: [ec.export({ type: 'pkcs8', format: 'pem' }).toString(), /no RSA key/],
    public: [blue.publicPem, /a public key/],
    certificate: ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', /a certificate/],
    encrypted: [createPrivateKey(privatePem).export(locked).toString(), /encrypted with a passphrase/],
    cut: [lines.slice(0, 9).join('\n'), /damaged or cut off/],
    empty: ['', /is empty/],
    two: [`${privatePem}${green.privatePem}`, /several PEM blocks/],
  }

  test('every form of it signs', async () => {
    const names = Object.keys(good)
    await stage().world.apply(
      ...names.map(name => signingKey(`form-${name}`, good[name] ?? '')),
      ...names.map(name => embed(`form-${name}`, { signingKeySecretRef: { name: `form-${name}` } })),
    )
    for (const name of names) {
      const { status } = await stage().world.embedIs(`embeds/form-${name}`, 'True', 'Ready')
      expect(status?.keyFingerprint).toBe(blue.fingerprint)
    }
  })

  test('what is none is named', async () => {
    const names = Object.keys(bad)
    await stage().world.apply(
      ...names.map(name => signingKey(`form-${name}`, bad[name]?.[0] ?? '')),
      ...names.map(name => embed(`form-${name}`, { signingKeySecretRef: { name: `form-${name}` } })),
    )
    for (const name of names) {
      const { status } = await stage().world.embedIs(`embeds/form-${name}`, 'False', 'SigningKeyInvalid')
      expect(findCondition(status?.conditions, 'Ready')?.message).toMatch(bad[name]?.[1] ?? /^$/)
    }
  })

  test.each(['other.pem', 'constructor', '__proto__'])('a key %s that is not in the data', async key => {
    const name = `without-${key.replaceAll(/\W|_/g, '')}`
    await stage().world.apply(embed(name, { signingKeySecretRef: { name: 'signing', key } }))
    const { status } = await stage().world.embedIs(`embeds/${name}`, 'False', 'SigningKeyInvalid')
    expect(findCondition(status?.conditions, 'Ready')?.message).toContain(`has no "${key}" in its data`)
  })
})

test('each embed has a key of its own, and only its own concerns it', async () => {
  const { world } = stage()
  await world.apply(signingKey('mine', blue.privatePem), signingKey('yours', green.privatePem))
  await enduringEmbed(world, 'mine', { spec: { signingKeySecretRef: { name: 'mine' } } })
  await enduringEmbed(world, 'yours', { spec: { signingKeySecretRef: { name: 'yours' } } })
  const yours = await stage().secret('yours-embed')
  const before = await published(world, 'mine-embed')
  await world.apply(signingKey('mine', signingPair('red').privatePem))
  const after = await stage().anotherToken('mine-embed', before.token)
  const key = await importSPKI(signingPair('red').publicPem, 'PS256')
  await expect(jwtVerify(after.token, key)).resolves.toBeDefined()
  await world.embedIs('embeds/mine', 'True', 'Ready')
  expect(await stage().secret('yours-embed')).toEqual(yours)
})

describe('embed and key changed', () => {
  const next = { embedId: 'zzzzzzzzzzzzz', lifetime: '5m', refreshBefore: '2m' }

  test.each([
    ['a Secret of its own for the new key', 'after'],
    ['the new key in the old Secret', 'before'],
  ])('in one apply, with %s: in the end the link is the new one', async (_, name) => {
    const { world } = stage()
    const old = await withKey('before', `to-${name}`)
    await world.apply(
      signingKey(name, green.privatePem),
      embed(`to-${name}`, { ...next, signingKeySecretRef: { name } }),
    )
    const previous = await isBy(`to-${name}`, green)
    // Whichever of the two the operator saw first.
    expect(previous.expiresAt >= old).toBe(true)
  })

  test('one after the other, and to a short lifetime: nothing may be deleted while a long link lives', async () => {
    const old = await withKey('slow', 'slow')
    await stage().patch('slow', { lifetime: '5m' })
    await stage().world.embedIs('embeds/slow', 'True', 'Ready')
    await stage().patch('slow', { embedId: 'zzzzzzzzzzzzz' })
    await stage().world.embedIs('embeds/slow', 'True', 'Ready')
    await stage().world.apply(signingKey('slow', green.privatePem))
    expect((await isBy('slow', green)).expiresAt).toBe(old)
  })

  /** @returns until when its link is good */
  async function withKey(key: string, name: string): Promise<string> {
    await stage().world.apply(signingKey(key, blue.privatePem))
    const spec = { signingKeySecretRef: { name: key } }
    const made = await enduringEmbed(stage().world, name, { spec })
    return made.status?.expiresAt ?? ''
  }

  /** Waits for a link by this key, and gives what the status says of those before. */
  async function isBy(name: string, pair: SigningPair): Promise<{ readonly expiresAt: string }> {
    const { world } = stage()
    const made = await eventually(async () => {
      const found = await world.embedIs(`embeds/${name}`, 'True', 'Ready')
      return found.status?.keyFingerprint === pair.fingerprint ? found : undefined
    })
    const { token } = await published(world, `${name}-embed`)
    await expect(jwtVerify(token, await importSPKI(pair.publicPem, 'PS256'))).resolves.toBeDefined()
    expect(claimsIn(token)).toMatchObject({ embedId: 'zzzzzzzzzzzzz' })
    return { expiresAt: '', ...made.status?.previous }
  }
})

testInvariants(stage)

function textOf({ data }: Secret, name: string): string {
  return Buffer.from(data?.[name] ?? '', 'base64').toString()
}
