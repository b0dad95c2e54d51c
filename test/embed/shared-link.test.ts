import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { embedder } from '../../src/embed/embedder.ts'
import type { Link } from '../../src/embed/link.ts'
import { sharedLink } from '../../src/embed/shared-link.ts'
import { mountSecret, swapTo, writeVersion } from '../../src/dev/mounted-secret.ts'
import { embedVectors } from '../vectors/embed-vectors.ts'
import { codeOf } from './thrown.ts'

const start = 1_790_000_000_000
let now = start
const lobby = embedder({
  platform: 'Yandex',
  kind: 'Dashboard',
  embedId: 'pgx4ekt5dj3u1',
  key: embedVectors.key.privatePem,
  lifetime: '1h',
  now: () => now,
})

let folder: string

beforeEach(async () => {
  now = start
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-shared-link-'))
})

afterEach(() => rm(folder, { recursive: true }))

let version = 0

/** The next version of the Secret, as the operator writes it. */
async function publish(changes: Readonly<Record<string, string>> = {}): Promise<Link> {
  const link = await lobby.sign()
  const { token, url, expiresIn } = link
  const expiresAt = new Date(now + expiresIn * 1000).toISOString()
  version += 1
  await mountSecret(folder, { token, url, expiresAt, ...changes }, String(version))
  return link
}

const link = (): Promise<Link> => sharedLink(folder, { now: () => now }).current()

describe('a mounted Secret', () => {
  test('gives its link, with what is left of its life', async () => {
    const { token, url } = await publish()
    now += 570_500
    expect(await link()).toEqual({ token, url, expiresIn: 2999, refreshIn: 1499 })
  })

  test('the next version is seen at once', async () => {
    const shared = sharedLink(folder, { now: () => now })
    await publish()
    await shared.current()
    now += 1_800_000
    const { token } = await publish()
    expect(await shared.current()).toMatchObject({ token, expiresIn: 3570 })
  })

  test('close to its end it is asked for more often, but not in a rush', async () => {
    await publish()
    const askedAfter = async (left: number): Promise<number> => {
      now = start + (3570 - left) * 1000
      const { expiresIn, refreshIn } = await link()
      expect(expiresIn).toBe(left)
      return refreshIn
    }
    expect(await askedAfter(100)).toBe(50)
    expect(await askedAfter(15)).toBe(10)
    expect(await askedAfter(5)).toBe(4)
    expect(await askedAfter(1)).toBe(0)
  })

  test('swapped in mid-read, again and again: one link or the other, never half of each', async () => {
    const [one, two] = [await publish(), await lobby.sign()]
    await writeVersion(folder, { token: one.token, url: one.url }, 'one')
    await writeVersion(folder, { token: two.token, url: two.url }, 'two')
    const reading = readUntilStopped()
    for (let swap = 0; swap < 1_000; swap += 1) await swapTo(folder, swap % 2 === 0 ? 'two' : 'one')
    const got = await reading.stop()
    expect(new Set(got.map(({ token }) => token))).toEqual(new Set([one.token, two.token]))
    for (const { token, url } of got) expect(url).toBe(token === one.token ? one.url : two.url)
  })

  test('replaced in mid-read, and the version that was read removed', async () => {
    let before = await publish()
    for (let round = 0; round < 20; round += 1) {
      const reading = readUntilStopped()
      const after = await publish()
      for (const { token } of await reading.stop()) expect([before.token, after.token]).toContain(token)
      before = after
    }
  })
})

/** Some readers at once, each of which reads over and over. */
function readUntilStopped(): { stop(): Promise<Link[]> } {
  const stopping = new AbortController()
  const reader = async (): Promise<Link[]> => {
    const got: Link[] = []
    while (!stopping.signal.aborted) got.push(await link())
    return got
  }
  const readers = Promise.all([reader(), reader(), reader()])
  return {
    async stop() {
      stopping.abort()
      return (await readers).flat()
    },
  }
}

test('a plain folder is as good, and white space at the end of a file', async () => {
  const { token, url } = await lobby.sign()
  await writeFile(join(folder, 'token'), `${token}\n`)
  await writeFile(join(folder, 'url'), `${url}\n`)
  expect(await link()).toMatchObject({ token, url })
})

test('DoubleCloud’s address, with the token in its query', async () => {
  const { token, url } = await embedder({
    platform: 'DoubleCloud',
    kind: 'Chart',
    embedId: 'pgx4ekt5dj3u1',
    key: embedVectors.key.privatePem,
    unsignedParams: { year: 2024 },
    now: () => now,
  }).sign()
  await publish({ token, url })
  expect(await link()).toMatchObject({ token, url })
})

describe('there is no link', () => {
  async function refusal(): Promise<string> {
    const error: unknown = await link().then(
      () => expect.fail('there is one'),
      error => error,
    )
    expect(codeOf(error)).toBe('EMBED_LINK_UNAVAILABLE')
    return (error as Error).message
  }

  test('in an empty folder, or one that is not there', async () => {
    expect(await refusal()).toContain(folder)
    await rm(folder, { recursive: true })
    expect(await refusal()).toContain('mount the Secret')
    await writeFile(folder, '')
    expect(await refusal()).toContain('mount the Secret')
  })

  test('when it has expired, to the millisecond', async () => {
    await publish()
    now += 3_569_001
    expect(await refusal()).toMatch(/expired/)
    now -= 1
    expect((await link()).expiresIn).toBe(1)
  })

  test.each<[string, (other: Link) => Record<string, string>]>([
    ['when token and url are of two versions', ({ token }) => ({ token })],
    ['when the url goes on behind the token', ({ token, url }) => ({ token, url: `${url}x` })],
    [
      'when the token is a part of the one in the url',
      ({ token, url }) => ({ token: token.slice(0, -4), url }),
    ],
    ['when the token is none', () => ({ token: 'rubbish', url: 'https://datalens.yandex.cloud/#rubbish' })],
    ['when both are empty', () => ({ token: '', url: '' })],
    [
      'when the token has no end',
      ({ url }) => ({ token: endless, url: `${url.split('#')[0]}#dl_embed_token=${endless}` }),
    ],
  ])('%s', async (_, changes) => {
    await publish(changes(await lobby.sign()))
    const message = await refusal()
    expect(message).toMatch(/do not fit/)
    expect(message).not.toMatch(/eyJ|rubbish/)
  })

  test('when the volume is mounted without one of the keys', async () => {
    await publish()
    await rm(join(await realpath(join(folder, '..data')), 'url'))
    expect(await refusal()).toContain('no token and url')
  })
})

const endless = ['{"alg":"PS256"}', '{"embedId":"pgx4ekt5dj3u1"}', 'x']
  .map(part => Buffer.from(part).toString('base64url'))
  .join('.')
