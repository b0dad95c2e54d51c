import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { authoritiesIn } from '../../../src/clickhouse/endpoint/authorities.ts'
import { textOfKey } from '../../../src/embed/keys/tidy-text.ts'
import { keyForms } from '../../builders/key-forms.ts'
import { issue } from '../../proxies/test-chain.ts'

const one = issue({ commonName: 'One', authority: true })
const two = issue({ commonName: 'Two', authority: true })
const { raw } = new X509Certificate(one.certPem)

function subjects(text: string): readonly string[] {
  const found = authoritiesIn(text)
  if (found.kind === 'none') throw new Error(found.because)
  return found.pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter(pem => pem !== '')
    .map(pem => new X509Certificate(pem).subject)
}

describe('one authority, as people have it', () => {
  test.each([
    ...keyForms(one.certPem),
    ['DER', textOfKey(raw)],
    ['under the old label', one.certPem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['with its key', `${one.keyPem}${one.certPem}`],
    [
      'beside one that is damaged',
      `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${one.certPem}`,
    ],
  ] as readonly (readonly [string, string])[])('%s', (_name, text) => {
    expect(subjects(text)).toEqual(['CN=One'])
  })
})

test('a bundle gives all of it, whatever is between', () => {
  expect(subjects(`# One\n${one.certPem}\n# Two\n${two.certPem}`)).toEqual(['CN=One', 'CN=Two'])
  expect(subjects(`${one.certPem}${two.certPem}`.replaceAll('\n', ' '))).toEqual(['CN=One', 'CN=Two'])
})

test.each([
  ['nothing', '', 'holds no PEM certificate'],
  ['words', 'ask Bob', 'holds no PEM certificate'],
  ['a key', one.keyPem, 'holds no PEM certificate, but a RSA PRIVATE KEY'],
  ['cut off', one.certPem.slice(0, 400), 'holds a certificate that is damaged or cut off'],
])('%s is none', (_name, text, because) => {
  expect(authoritiesIn(text)).toEqual({ kind: 'none', because })
})

test.skipIf(spawnSync('openssl', ['version']).error !== undefined)(
  'of PKCS#7, what prints its certificates',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-pkcs7-'))
    try {
      await writeFile(join(folder, 'ca.pem'), one.certPem)
      const openssl = (line: string): string =>
        execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
      openssl('openssl crl2pkcs7 -nocrl -certfile ca.pem -out ca.p7b')
      const found = authoritiesIn(await readFile(join(folder, 'ca.p7b'), 'utf8'))
      const [, command = ''] = /\((openssl .*) prints/.exec(found.kind === 'none' ? found.because : '') ?? []
      expect(subjects(openssl(command))).toEqual(['CN=One'])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

test('a text that no bundle is as long as is not looked at', () => {
  expect(authoritiesIn(`${one.certPem}${'\n'.repeat(512 * 1024)}`)).toEqual({
    kind: 'none',
    because: 'holds more than 512 KiB of text',
  })
})
