import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { EmbedError } from '../../src/embed/errors.ts'
import { parsePublicKey, parseSigningKey } from '../../src/embed/keys/signing-key.ts'
import { KeyMaterialError } from '../../src/token/errors.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../src/token/keys.ts'

const isThere = spawnSync('ssh-keygen', ['-?']).error === undefined
const folder = mkdtempSync(join(tmpdir(), 'lenskeeper-openssh-'))
afterAll(() => rmSync(folder, { recursive: true }))

function make(name: string, ...options: readonly string[]): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-N', '', '-f', file, ...options])
  return file
}

function refusal(run: () => unknown): { readonly code: string; readonly message: string } {
  try {
    run()
  } catch (error) {
    if (error instanceof KeyMaterialError || error instanceof EmbedError) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** Runs the command that a message advises. @returns what it printed */
function follow(message: string, files: Readonly<Record<string, string>>): string {
  const [, command = ''] = /(ssh-keygen [^;]*?) (?:turns|prints)/.exec(message) ?? []
  const words = command.split(' ').map(word => files[word] ?? (word === '""' ? '' : word))
  expect(words[0]).toBe('ssh-keygen')
  return execFileSync('ssh-keygen', words.slice(1), { encoding: 'utf8' })
}

describe.skipIf(!isThere)('a key of the real ssh-keygen', () => {
  const rsa = isThere ? make('rsa', '-t', 'rsa', '-b', '2048') : ''
  const inspections = [
    ['of a partner', inspectPrivateKey],
    ['of an embed', parseSigningKey],
  ] as const

  test.each(inspections)('the private key %s: what the refusal advises makes it good', (name, read) => {
    const copy = join(folder, `${name}.pem`)
    copyFileSync(rsa, copy)
    const { message } = refusal(() => read(readFileSync(rsa, 'utf8')))
    follow(message, { 'copy.pem': copy })
    const { fingerprint } = read(readFileSync(copy, 'utf8'))
    const publicPem = execFileSync('ssh-keygen', ['-e', '-m', 'PKCS8', '-f', `${rsa}.pub`], {
      encoding: 'utf8',
    })
    expect(fingerprint).toBe(inspectPublicKey(publicPem).fingerprint)
  })

  test.each([
    ['of DataLens', (text: string) => inspectPublicKey(text).key],
    ['of an embed', (text: string) => parsePublicKey(text)],
  ])('the public key %s: what the refusal advises makes it good', (_name, read) => {
    const { message } = refusal(() => read(readFileSync(`${rsa}.pub`, 'utf8')))
    expect(read(follow(message, { 'key.pub': `${rsa}.pub` })).asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  test('a public key of SSH2: what the refusal advises makes it good', () => {
    const ssh2 = execFileSync('ssh-keygen', ['-e', '-m', 'RFC4716', '-f', `${rsa}.pub`], { encoding: 'utf8' })
    for (const read of [inspectPublicKey, parsePublicKey]) {
      const place = mkdtempSync(join(folder, 'ssh2-'))
      writeFileSync(join(place, 'key.pub'), ssh2)
      const [, command = ''] = /\((ssh-keygen -i .*?) prints/.exec(refusal(() => read(ssh2)).message) ?? []
      const printed = execFileSync('sh', ['-c', command], { cwd: place, encoding: 'utf8' })
      expect(inspectPublicKey(printed).key.asymmetricKeyDetails?.modulusLength).toBe(2048)
    }
  })

  test('no advice where converting would not help', () => {
    const longer = make('longer', '-t', 'rsa', '-b', '3072')
    const elliptic = make('elliptic', '-t', 'ed25519')
    expect(refusal(() => inspectPrivateKey(readFileSync(longer, 'utf8')))).toMatchObject({
      code: 'wrong-size',
      message: expect.stringContaining('3072 bits, and 2048 are needed'),
    })
    for (const read of [inspectPrivateKey, parseSigningKey]) {
      const { message } = refusal(() => read(readFileSync(elliptic, 'utf8')))
      expect(message).toContain('ssh-ed25519')
      expect(message).not.toContain('ssh-keygen')
    }
    const shorter = make('shorter', '-t', 'rsa', '-b', '1024')
    expect(refusal(() => parseSigningKey(readFileSync(shorter, 'utf8'))).message).toContain('1024 bits')
    expect(refusal(() => inspectPublicKey(readFileSync(`${shorter}.pub`, 'utf8'))).message).toContain(
      '1024 bits',
    )
  })

  test('with a passphrase the advice asks for it, and is the same', () => {
    const locked = join(folder, 'locked')
    copyFileSync(rsa, locked)
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'geheim', '-f', locked])
    const { message } = refusal(() => inspectPrivateKey(readFileSync(locked, 'utf8')))
    expect(message).toContain('ssh-keygen -p')
  })
})
