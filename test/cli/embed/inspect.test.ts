import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedCommands } from '../../../src/cli/embed/commands.ts'
import type { EmbedReport } from '../../../src/cli/embed/report.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { systemClock, type Clock } from '../../../src/core/clock.ts'
import { embedder, type Embedder } from '../../../src/embed/embedder.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'

const { privatePem, publicPem } = embedVectors.key

let directory: string
let publicKey: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-embed-'))
  publicKey = file('public.pem', publicPem)
})
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

/** For all links and commands, as it is said how long a link still lasts. */
const now = (): number => Date.parse('2030-01-01T00:00:00Z')
const clock: Clock = { ...systemClock, now }

async function run(args: readonly string[], input = '') {
  const terminal = recordedTerminal({ input, clock })
  const entries = [{ name: 'embed', summary: 'links', commands: embedCommands }]
  const code = await dispatch(['embed', 'inspect', ...args], entries, terminal)
  return { code, output: terminal.output, complaints: terminal.complaints }
}

const acme = (options: Partial<Parameters<typeof embedder>[0]> = {}): Embedder =>
  embedder({
    platform: 'Yandex',
    kind: 'Dashboard',
    embedId: 'pgx4ekt5dj3u1',
    key: privatePem,
    lifetime: '1h',
    now,
    ...options,
  })

/** Every part of a token that lets somebody in, or could be completed to one that does. */
function expectHidden(shown: string, token: string): void {
  const parts = token.split('.')
  for (const piece of [...parts.slice(1), token.slice(0, 60)].filter(text => text.length >= 16)) {
    expect(shown).not.toContain(piece)
    expect(shown).not.toContain(piece.slice(-16))
  }
}

describe('a good link', () => {
  const sign = () =>
    acme().sign({ params: { tenant: 'acme', region: ['north', 'east'] }, unsignedParams: { from: '2022' } })

  test('says the same as an argument and from standard input', async () => {
    const { url } = await sign()
    const [given, piped, dashed] = await Promise.all([run([url]), run([], url), run(['-'], url)])
    expect(given).toEqual(piped)
    expect(given).toEqual(dashed)
    expect(given.code).toBe(0)
  })

  test.each(['', ' \n'])('nothing by standard input is not called a bad link: %j', async input => {
    const { code, output, complaints } = await run([], input)
    expect(code).toBe(2)
    expect(output).toBe('')
    expect(complaints).toContain('the command before it')
  })

  test('what it is, what is signed and what is not, and each check', async () => {
    const { url, token } = await sign()
    const { code, output } = await run(['--public-key', publicKey], `${url}\n`)
    expect(code).toBe(0)
    for (const line of [
      /^ {2}platform +Yandex$/m,
      /^ {2}embed +pgx4ekt5dj3u1$/m,
      /^ {2}from +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m,
      /^ {2}until +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m,
      /^ {2}lifetime +1h$/m,
      /^ {2}signed +tenant = "acme"$/m,
      /^ {2}signed +region = \["north","east"\]$/m,
      /^ {2}address +https:\/\/datalens\.yandex\.cloud\/embeds\/dash$/m,
      /^ {2}not signed +from = "2022"$/m,
      /^ {2}signature +ok /m,
    ])
      expect(output).toMatch(line)
    expect(output).toContain('DataLens would take this token now.\n')
    expectHidden(output, token)
  })

  test('the token alone, without a key: says what was not checked', async () => {
    const { token } = await sign()
    const { code, output } = await run(['-'], token)
    expect(code).toBe(0)
    expect(output).toMatch(/^ {2}signature +\? +Without the public key/m)
    expect(output).toContain('as far as can be seen without the public key (--public-key)')
    expect(output).not.toContain('address')
    expectHidden(output, token)
  })

  test('as JSON for programs', async () => {
    const { url, token } = await sign()
    const { output } = await run(['-o', 'json'], url)
    const report = JSON.parse(output) as EmbedReport
    expect(report).toMatchObject({
      accepted: true,
      platform: 'Yandex',
      embedId: 'pgx4ekt5dj3u1',
      algorithm: 'PS256',
      lifetime: '1h',
      params: { tenant: 'acme', region: ['north', 'east'] },
      address: { origin: 'https://datalens.yandex.cloud', path: '/embeds/dash', query: [['from', '2022']] },
    })
    expectHidden(output, token)
  })
})

describe('a bad token', () => {
  const checkNames: Readonly<Record<string, string>> = {
    'too-large': 'size',
    malformed: 'form',
    'bad-algorithm': 'algorithm',
    'bad-signature': 'signature',
    'bad-service': 'service',
    'lifetime-too-long': 'lifetime',
    expired: 'end',
  }

  test.each(embedVectors.invalid)('$name: which check fails, and what to do', async ({ token, error }) => {
    const { code, output, complaints } = await run(['--public-key', publicKey], token)
    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`^  ${checkNames[error]} +WRONG `, 'm'))
    expect(output).toMatch(/DataLens would refuse this token\. [A-Z].*\.\n$/)
    expectHidden(output + complaints, token)
  })

  test('of a link that has ended: take the present one', async () => {
    const { url } = await acme({ now: () => Date.parse('2026-01-01T00:00:00Z') }).sign()
    const { code, output } = await run([], url)
    expect(code).toBe(1)
    expect(output).toMatch(/^ {2}until +2026-01-01T00:59:30Z$/m)
    expect(output).toMatch(/^ {2}end +WRONG {2}It ended /m)
    expect(output).toContain('Take the one that is in the Secret')
  })

  test('times that are none are left out', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { embedId: 'pgx4ekt5dj3u1', iat: -1e300, exp: 1e300 }
    const { code, output } = await run([], `${part({ alg: 'PS256' })}.${part(claims)}.AAAA`)
    expect(code).toBe(1)
    expect(output).toMatch(/^ {2}embed +pgx4ekt5dj3u1\n\n/m)
  })

  test('what is no token at all is not repeated', async () => {
    const { code, output } = await run([], privatePem)
    expect(code).toBe(1)
    expect(output).not.toContain('PRIVATE KEY')
    expect(output).not.toContain(privatePem.split('\n')[3])
  })
})

describe('a token where none belongs', () => {
  test.each([
    [
      'in the query under another name',
      (token: string) => `https://datalens.yandex.cloud/embeds/dash?token=${token}`,
    ],
    ['in the path', (token: string) => `https://datalens.yandex.cloud/embeds/${token}`],
    [
      'in the query besides the right place',
      (token: string) => `https://datalens.yandex.cloud/embeds/dash?x=${token}#dl_embed_token=${token}`,
    ],
  ])('%s', async (_, addressWith) => {
    const { token } = await acme().sign()
    for (const format of ['table', 'json']) {
      const { output } = await run(['-o', format], addressWith(token))
      expect(output).toContain('(a token)')
      expectHidden(output, token)
    }
  })

  test('as a value or a name of a signed parameter', async () => {
    const inner = (await acme().sign()).token
    const { token } = await acme().sign({ params: { a: inner, b: [inner] } })
    for (const format of ['table', 'json']) {
      const { output } = await run(['-o', format], token)
      expectHidden(output, inner)
      expectHidden(output, token)
    }
  })
})

test('a value cannot steer the terminal, nor fill it', async () => {
  const { token } = await acme().sign({ params: { a: `\u009b31m${'x'.repeat(1000)}` } })
  const { output } = await run([], token)
  expect(output).not.toContain('\u009b')
  expect(Math.max(...output.split('\n').map(line => line.length))).toBeLessThan(220)
})

describe('wrong use', () => {
  test.each([
    ['two tokens', () => ['-', embedVectors.valid[0]?.token ?? ''], /unexpected second argument/],
    [
      'no such key file',
      () => ['--public-key', '/no/such'],
      /--public-key: \/no\/such: there is no such file/,
    ],
    [
      'the private key for the public one',
      () => ['--public-key', file('private.pem', privatePem)],
      /--public-key: .*private\.pem: This is no public key/,
    ],
  ])('%s', async (_, args, complaint) => {
    const { code, output, complaints } = await run(args(), embedVectors.valid[0]?.token)
    expect(code).toBe(2)
    expect(complaints).toMatch(complaint)
    expect(complaints.trim().split('\n')).toHaveLength(1)
    expect(complaints).not.toContain((embedVectors.valid[0]?.token ?? '').slice(0, 40))
    expect(output).toBe('')
  })
})
