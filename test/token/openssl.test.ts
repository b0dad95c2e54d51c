import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EmbedError } from '../../src/embed/errors.ts'
import { parseSigningKey } from '../../src/embed/keys/signing-key.ts'
import { textOfKey } from '../../src/embed/keys/tidy-text.ts'
import { KeyMaterialError } from '../../src/token/errors.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../src/token/keys.ts'
import { vectorKey } from '../vectors/token-vectors.ts'

const isThere = spawnSync('openssl', ['version']).error === undefined
const { privatePem } = vectorKey('partnerKeys', 1)
const { fingerprint } = inspectPrivateKey(privatePem)
const folder = mkdtempSync(join(tmpdir(), 'lenskeeper-openssl-'))
afterAll(() => rmSync(folder, { recursive: true }))

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
}

/** Runs the command that the refusal advises, with the passphrase that it would ask for. @returns what it printed */
function follow(run: () => unknown, more = ''): string {
  try {
    run()
  } catch (error) {
    if (!(error instanceof KeyMaterialError || error instanceof EmbedError)) throw error
    const [, command = ''] = /\((openssl .*?)(?: prints [^)]*)?\)/.exec(error.message) ?? []
    expect(command).not.toBe('')
    const [first = '', ...rest] = command.split(' | ')
    const whole = [`${first}${more}`, ...rest].join(' | ')
    return execFileSync('sh', ['-c', whole], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  }
  throw new Error('it was accepted')
}

describe.skipIf(!isThere)('what a refusal advises makes it good', () => {
  const inspections = [
    ['of a partner', inspectPrivateKey],
    ['of an embed', parseSigningKey],
  ] as const

  beforeAll(() => {
    writeFileSync(join(folder, 'key.pem'), privatePem)
    openssl(...'req -x509 -key key.pem -subj /CN=a -out cert.pem'.split(' '))
    openssl(...'pkcs12 -export -in cert.pem -inkey key.pem -out file.p12 -passout pass:geheim'.split(' '))
  })

  const output = (): string => readFileSync(join(folder, 'private.pem'), 'utf8')

  test.each(inspections)('an encrypted key %s', (_name, read) => {
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      const options = { type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'geheim' } as const
      const encrypted = createPrivateKey(privatePem).export(options).toString()
      writeFileSync(join(folder, 'encrypted.pem'), encrypted)
      follow(() => read(encrypted), ' -passin pass:geheim')
      expect(read(output()).fingerprint).toBe(fingerprint)
    }
  })

  test.each(inspections)('a PKCS#12 file %s', (_name, read) => {
    follow(() => read(textOfKey(readFileSync(join(folder, 'file.p12')))), ' -passin pass:geheim')
    expect(read(output()).fingerprint).toBe(fingerprint)
  })

  test('a PKCS#12 file in place of a public key', () => {
    const given = textOfKey(readFileSync(join(folder, 'file.p12')))
    expect(inspectPublicKey(follow(() => inspectPublicKey(given), ' -passin pass:geheim')).fingerprint).toBe(
      fingerprint,
    )
  })

  test('a certificate in place of a public key, and its base64 alone', () => {
    const given = readFileSync(join(folder, 'cert.pem'), 'utf8')
    for (const text of [given, given.replaceAll(/-----.*-----|\s/g, '')])
      expect(inspectPublicKey(follow(() => inspectPublicKey(text))).fingerprint).toBe(fingerprint)
  })
})
