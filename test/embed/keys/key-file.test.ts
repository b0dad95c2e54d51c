import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EmbedError } from '../../../src/embed/errors.ts'
import { keyFile } from '../../../src/embed/keys/key-file.ts'
import { parseSigningKey } from '../../../src/embed/keys/signing-key.ts'
import { mountSecret } from '../../../src/dev/mounted-secret.ts'
import { codeOf } from '../thrown.ts'

function made(): { readonly pem: string; readonly fingerprint: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  // All of one size, whatever the numbers in them.
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().padEnd(1_800, '\n')
  return { pem, fingerprint: parseSigningKey(pem).fingerprint }
}

const [first, second] = [made(), made()]

let folder: string
let path: string
let problems: EmbedError[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-key-file-'))
  path = join(folder, 'private.pem')
  problems = []
})

afterEach(() => rm(folder, { recursive: true }))

const onProblem = (error: EmbedError): void => void problems.push(error)

/** Asks for the key, and says which it is. */
function asker(): () => Promise<string> {
  const source = keyFile(path, { onProblem })
  return async () => (await source.current()).fingerprint
}

describe('a key that is replaced', () => {
  test('by a file renamed onto it', async () => {
    await writeFile(path, first.pem)
    const ask = asker()
    expect(await ask()).toBe(first.fingerprint)
    await writeFile(`${path}.new`, second.pem)
    await rename(`${path}.new`, path)
    expect(await ask()).toBe(second.fingerprint)
    expect(problems).toEqual([])
  })

  test('in a mounted Secret, by a swap of ..data', async () => {
    await mountSecret(folder, { 'private.pem': first.pem }, 'one')
    const ask = asker()
    expect(await ask()).toBe(first.fingerprint)
    await mountSecret(folder, { 'private.pem': second.pem }, 'two')
    expect(await ask()).toBe(second.fingerprint)
    expect(problems).toEqual([])
  })

  test('in place, by one of the same size and time', async () => {
    const stamp = new Date(1_790_000_000_000)
    await writeFile(path, first.pem)
    await utimes(path, stamp, stamp)
    const ask = asker()
    expect(await ask()).toBe(first.fingerprint)
    await writeFile(path, second.pem)
    await utimes(path, stamp, stamp)
    expect(await ask()).toBe(second.fingerprint)
  })

  test('in mid-read: whoever asks gets one of both, and the new one from then on', async () => {
    await mountSecret(folder, { 'private.pem': first.pem }, 'first')
    const ask = asker()
    const keys = [second, first]
    for (let round = 0; round < 40; round += 1) {
      const { pem, fingerprint } = keys[round % 2] ?? first
      const asked = Array.from({ length: 8 }, ask)
      const [got] = await Promise.all([
        Promise.all(asked),
        mountSecret(folder, { 'private.pem': pem }, String(round)),
      ])
      for (const one of got) expect([first.fingerprint, second.fingerprint]).toContain(one)
      expect(await ask()).toBe(fingerprint)
    }
    expect(problems).toEqual([])
  })
})

describe('a file that becomes bad', () => {
  let ask: () => Promise<string>

  beforeEach(async () => {
    await writeFile(path, first.pem)
    ask = asker()
    await ask()
  })

  test.each<[string, () => Promise<void>]>([
    ['rubbish', () => writeFile(path, 'rubbish')],
    ['empty', () => writeFile(path, '')],
    ['half-written', () => truncate(path, 600)],
    ['missing', () => rm(path)],
    ['a folder', () => rm(path).then(() => mkdir(path))],
  ])('%s: the last good key stays, and it is said once', async (_, spoil) => {
    await spoil()
    for (const answer of await Promise.all([ask(), ask(), ask()])) expect(answer).toBe(first.fingerprint)
    expect(await ask()).toBe(first.fingerprint)
    expect(problems.map(({ code }) => code)).toEqual(['EMBED_KEY_INVALID'])
  })

  test('mended: the new key signs', async () => {
    await writeFile(path, second.pem.slice(0, 800))
    expect(await ask()).toBe(first.fingerprint)
    await writeFile(path, second.pem)
    expect(await ask()).toBe(second.fingerprint)
    expect(problems).toHaveLength(1)
  })

  test('each change is said, the same one again too', async () => {
    for (const content of ['rubbish', '', first.pem, 'rubbish']) {
      await writeFile(path, content)
      await ask()
      await ask()
    }
    expect(problems).toHaveLength(3)
    await rm(path)
    await ask()
    expect(problems).toHaveLength(4)
  })

  test('who hears of it cannot take the key away', async () => {
    const failing = [
      () => {
        throw new Error('the log is full')
      },
      () => Promise.reject(new Error('the log is full')),
    ]
    for (const onProblem of failing) {
      await writeFile(path, first.pem)
      const source = keyFile(path, { onProblem })
      await source.current()
      await writeFile(path, 'rubbish')
      await expect(source.current()).resolves.toMatchObject({ fingerprint: first.fingerprint })
    }
  })

  test('what is said holds the path and nothing of the content', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const source = keyFile(path)
    await source.current()
    await truncate(path, 600)
    await source.current()
    await rm(path)
    await source.current()
    const texts = warned.mock.calls.map(([text]) => String(text))
    warned.mockRestore()
    expect(texts).toHaveLength(2)
    expect(texts[1]).toContain(path)
    for (const line of first.pem.split('\n').slice(1, 9))
      for (const text of texts) expect(text).not.toContain(line)
  })
})

describe('a file that is bad from the start', () => {
  test('is an error each time, until it is mended', async () => {
    const ask = asker()
    await expect(ask().catch(codeOf)).resolves.toBe('EMBED_KEY_INVALID')
    await expect(ask()).rejects.toThrow(/private\.pem.*ENOENT/)
    await writeFile(path, 'rubbish')
    await expect(ask()).rejects.toThrow(/no key/)
    await writeFile(path, first.pem)
    expect(await ask()).toBe(first.fingerprint)
    // Whoever asked has heard of it.
    expect(problems).toEqual([])
  })
})
