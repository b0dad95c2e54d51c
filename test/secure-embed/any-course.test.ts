/** Whatever happens to an embed, its key and its Secret, in whatever order: what must hold after a look. */
import fc from 'fast-check'
import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import { dataOf, encodeData, type Secret } from '../../src/api/core-objects.ts'
import type { SecureEmbed } from '../../src/api/secure-embed.ts'
import { inspect } from '../../src/embed/inspect.ts'
import { KubeError } from '../../src/kube/errors.ts'
import { refreshBeforeOf } from '../../src/secure-embed/link/wanted.ts'
import { builtEmbed, newSigningKey, offeredKey } from '../builders/embed.ts'
import { EmbedRig } from './rig.ts'

const pems = [newSigningKey(), newSigningKey()] as const
const refused = new KubeError('forbidden', 'exceeded quota')

class World {
  readonly rig = new EmbedRig()
  /** The key that is offered. */
  pem: string | undefined = pems[0]
  /** How far the clock on the wall was set forth, in milliseconds. */
  #skewMs = 0

  constructor() {
    const { clock } = this.rig
    const right = clock.now.bind(clock)
    clock.now = () => right() + this.#skewMs
    this.rig.signingKeys.put(offeredKey(pems[0]))
    this.rig.put(builtEmbed())
  }

  setClock(seconds: number): void {
    this.#skewMs += seconds * 1000
  }

  offer(pem: string | undefined): void {
    this.pem = pem
    this.rig.removeKey()
    if (pem !== undefined) this.rig.signingKeys.put(offeredKey(pem))
  }

  tamper(change: (secret: Secret) => Secret): void {
    const secret = this.secret()
    if (secret !== undefined) this.rig.secrets.put(change(secret))
  }

  remove(): void {
    const secret = this.secret()
    if (secret !== undefined)
      this.rig.secrets.store.noteDelete(`tenants/${this.name()}`, secret.metadata.uid ?? '')
  }

  name(): string {
    return this.rig.embed().spec.secret?.name ?? 'lobby-embed'
  }

  secret(): Secret | undefined {
    return this.rig.secret(this.name())
  }

  async lookRefused(): Promise<void> {
    const { secrets } = this.rig
    const [create, replace] = [secrets.create.bind(secrets), secrets.replace.bind(secrets)]
    secrets.create = secrets.replace = () => Promise.reject(refused)
    await this.rig.look().catch((error: unknown) => expect(error).toBe(refused))
    Object.assign(secrets, { create, replace })
  }
}

type Event = (world: World) => void | Promise<void>

const changed =
  (spec: Partial<SecureEmbed['spec']>): Event =>
  world =>
    world.rig.change(spec)
const withData =
  (data: Record<string, string>): Event =>
  world =>
    world.tamper(secret => ({ ...secret, data: { ...secret.data, ...encodeData(data) } }))

const events: Readonly<Record<string, Event>> = {
  'a look while nothing can be written': world => world.lookRefused(),
  restart: world => world.rig.restart(),
  'a key': world => world.offer(pems[0]),
  'another key': world => world.offer(pems[1]),
  'no key': world => world.offer(undefined),
  'another embed': changed({ embedId: 'zzzzzzzzzzzzz' }),
  'the embed': changed({ embedId: 'pgx4ekt5dj3u1' }),
  'other parameters': changed({ params: [{ name: 'region', value: 'west' }] }),
  'the shortest': changed({ lifetime: '5m', refreshBefore: '2m' }),
  'half of it': changed({ lifetime: '5m', refreshBefore: '2m30s' }),
  'the longest': changed({ lifetime: '10h', refreshBefore: '5h' }),
  dark: changed({ display: { theme: 'dark', controls: true } }),
  'too large': changed({ params: [{ name: 'region', value: 'x'.repeat(30_000) }] }),
  'what cannot be served': changed({ params: [{ name: 'region' }] }),
  suspend: changed({ suspend: true }),
  resume: changed({ suspend: false }),
  'another name': changed({ secret: { name: 'elsewhere' } }),
  'the name': changed({ secret: {} }),
  'no Secret': world => world.remove(),
  'an immutable Secret': world => world.tamper(secret => ({ ...secret, immutable: true })),
  'another address': withData({ url: 'https://evil.example/' }),
  'no token': withData({ token: '' }),
}

const passing = fc
  .integer({ min: 1, max: 7_200 })
  .map((seconds): [string, Event] => [`${seconds} s`, world => world.rig.clock.advance(seconds * 1000)])
const set = fc
  .integer({ min: -40_000, max: 40_000 })
  .map((seconds): [string, Event] => [`the clock is set by ${seconds} s`, world => world.setClock(seconds)])
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.entries(events)) },
  { weight: 2, arbitrary: passing },
  set,
)

test('after a look, link and status are as they have to be', async () => {
  // Some things come together, before anybody looks.
  const course = fc.array(fc.tuple(happening, fc.boolean()), { maxLength: 12 })
  const holds = fc.asyncProperty(course, async steps => {
    const world = new World()
    for (const [[, event], looks] of steps) {
      await event(world)
      if (looks) await world.rig.look()
    }
    const outcome = await world.rig.look()
    checkTruth(world)
    if (world.pem !== undefined && world.rig.ready().is.startsWith('True Ready')) checkLink(world)
    const [embed, secret] = [world.rig.embed(), world.secret()]
    expect(await world.rig.look()).toEqual(outcome)
    expect(world.rig.embed()).toBe(embed)
    expect(world.secret()).toBe(secret)
  })
  await fc.assert(holds, { numRuns: 200 })
})

/** What the status says of the link is so. */
function checkTruth(world: World): void {
  const { rig } = world
  const secret = world.secret()
  const token = secret === undefined ? undefined : dataOf(secret, 'token')
  const found = token === undefined ? undefined : inspect(token, { now: rig.clock.now() })
  const isLive = found !== undefined && (found.exp ?? 0) * 1000 > rig.clock.now()
  const { expiresAt, conditions } = rig.status()
  expect(findCondition(conditions, 'TokenPublished')?.status).toBe(isLive ? 'True' : 'False')
  expect(expiresAt === undefined ? undefined : Date.parse(expiresAt) / 1000).toBe(found?.exp)
  const { is } = rig.ready()
  if (is.startsWith('True')) expect(isLive).toBe(true)
  const mayBeReady = world.pem !== undefined && !rig.embed().spec.suspend
  if (mayBeReady)
    expect(['True Ready', 'False TokenTooLarge', 'False TokenExpired', 'False InvalidSpec']).toContain(is)
}

/** It is signed by the key, says what is asked for, fits its address, and has long to live. */
function checkLink(world: World): void {
  const { rig, pem = '' } = world
  const { spec } = rig.embed()
  const secret = world.secret() as Secret
  const now = rig.clock.now()
  const url = dataOf(secret, 'url') ?? ''
  const found = inspect(url, { now, publicKey: createPublicKey(pem) })
  expect(found.fault).toBeUndefined()
  expect(found.embedId).toBe(spec.embedId)
  expect(Object.keys(found.params)).toEqual(['region'])
  expect(url.endsWith(`#dl_embed_token=${dataOf(secret, 'token')}`)).toBe(true)
  expect((found.exp ?? 0) - now / 1000).toBeGreaterThanOrEqual(refreshBeforeOf(spec))
  expect((found.iat ?? 0) - now / 1000).toBeLessThanOrEqual(60)
  expect(rig.secrets.store.list()).toHaveLength(1)
}
