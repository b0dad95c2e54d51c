import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeBundle } from '../../../src/cli/handover/bundle.ts'
import { acceptsYaml, handoverDocument, type Handover } from '../../../src/cli/handover/document.ts'
import { particularsExample, readParticulars } from '../../../src/cli/handover/particulars.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { inspectPublicKey } from '../../../src/token/keys.ts'
import { rotatingPartnerKey, fingerprintOfVersion } from '../../builders/partner-key-rotating.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-handover-'))
  file = join(directory, 'connector.yaml')
  writeFileSync(join(directory, 'acme.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const found = (partnerKey: PartnerKey = rotatingPartnerKey()): Handover => ({
  partnerKey,
  key: {
    version: 2,
    fingerprint: fingerprintOfVersion('B'),
    publicPem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
  },
  server: {
    hosts: ['ch1.acme.example', 'ch2.acme.example'],
    port: 8443,
    user: 'datalens',
  },
})

function read(text: string) {
  writeFileSync(file, text)
  return readParticulars(file)
}

describe('particulars', () => {
  test('as the help shows them are complete', () => {
    const { particulars, icon } = read(particularsExample)
    expect(particulars.name).toEqual({ ru: 'Акме Склад', en: 'Acme Stock' })
    expect(icon).toEqual({ path: join(directory, 'acme.svg'), extension: '.svg' })
  })

  test.each([
    [
      'name: {ru: Акме Склад, en: Acme Stock}',
      'name: {ru: Акме Склад}',
      'name.en is missing or of the wrong form',
    ],
    [
      'name: {ru: Акме Склад, en: Acme Stock}',
      '',
      'name is missing or of the wrong form (the connector’s name',
    ],
    ['en: Stock and its movements.', 'en: ""', 'description.en is empty'],
    ['ru: [Оборачиваемость по складам]', 'ru: []', 'useCases.ru is empty'],
    ['https://acme.example/datalens', 'ftp://acme.example', 'manual'],
    ['bi@acme.example', 'nobody', 'developer.email must be an e-mail address'],
    ['price:', 'prize:', 'prize is unknown; known are name, description'],
    ['icon: acme.svg', 'icon: acme.gif', 'icon must be an SVG or PNG file'],
    ['icon: acme.svg', 'icon: none.svg', 'icon "none.svg" is not there'],
    ['name: {ru', 'name: {{ru', 'is no YAML'],
  ])('with %j as %j are refused', (from, to, message) => {
    expect(particularsExample).toContain(from)
    const text = particularsExample.replace(from, to)
    expect(() => read(text)).toThrow(message)
    expect(() => read(text)).toThrow(file)
  })

  test('that are nothing, or not there', () => {
    expect(() => read('')).toThrow('must be a map')
    expect(() => readParticulars(join(directory, 'none.yaml'))).toThrow('ENOENT')
  })
})

test('the document, without particulars', () => {
  expect(handoverDocument(found(), undefined)).toBe(`# DataLens connector: acme

## Partner’s public key

- Version: 2
- Fingerprint: \`${fingerprintOfVersion('B')}\`

\`\`\`
-----BEGIN PUBLIC KEY-----
AAAA
-----END PUBLIC KEY-----
\`\`\`

To get the fingerprint from the key, saved as \`public-v2.pem\`:

\`\`\`sh
printf 'SHA256:%s\\n' "$(openssl pkey -pubin -in public-v2.pem -outform der | openssl dgst -sha256 -binary | base64 | tr -d =)"
\`\`\`

Please confirm version and fingerprint, and send your own public key with its version.

## ClickHouse

- Hosts: \`ch1.acme.example\`, \`ch2.acme.example\`
- Port: 8443 (HTTP interface)
- User: \`datalens\`
- Password: comes separately, over another channel
`)
})

test('the document’s particulars, in both languages', () => {
  const { particulars } = read(particularsExample)
  const text = handoverDocument(found(), particulars)
  expect(text).toMatch(/^# DataLens connector: Acme Stock\n/)
  expect(text.slice(text.indexOf('## Connector'))).toBe(`## Connector

### По-русски

- Название: Акме Склад
- Описание: Остатки и движение товаров.
- Стоимость: Бесплатно
- Инструкция: https://acme.example/datalens

Сценарии использования:

- Оборачиваемость по складам

### In English

- Name: Acme Stock
- Description: Stock and its movements.
- Price: Free
- Manual: https://acme.example/datalens

Use cases:

- Turnover by warehouse

### Icon and developer

- Icon: icon.svg
- Developer: Acme, bi@acme.example, https://acme.example
`)
})

const noOpenssl = spawnSync('sh', ['-c', 'command -v openssl']).status !== 0

describe('the bundle', () => {
  const key = inspectPublicKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
  )
  const handed = { ...found(), key: { version: 2, ...key } }
  const bundle = { found: handed, document: handoverDocument(handed, undefined), icon: undefined }

  test.skipIf(noOpenssl)('has a command in it that shows just the fingerprint', () => {
    writeBundle(directory, bundle)
    const text = readFileSync(join(directory, 'handover.md'), 'utf8')
    const command = /```sh\n(.*)\n```/.exec(text)?.[1] ?? ''
    const { stdout } = spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' })
    expect(stdout).toBe(`${key.fingerprint}\n`)
  })

  test('says what is to be sent, what is not, and what is there from before', () => {
    writeFileSync(join(directory, 'public-v1.pem'), 'older')
    const icon = { path: join(directory, 'acme.svg'), extension: '.svg' } as const
    expect(writeBundle(directory, { ...bundle, icon })).toEqual([
      `${directory}: to be sent are handover.md, public-v2.pem, icon.svg.`,
      `${join(directory, 'accepts.yaml')} is for your Git, and not to be sent.`,
      `${directory} also has public-v1.pem, from before: not to be sent again.`,
    ])
    expect(readFileSync(join(directory, 'public-v1.pem'), 'utf8')).toBe('older')
    const accepts = readFileSync(join(directory, 'accepts.yaml'), 'utf8')
    expect(accepts).toMatch(/^# Not for DataLens/)
    expect(parse(accepts)).toEqual(parse(acceptsYaml(handed)))
  })
})

describe('the entry to commit', () => {
  const accepts = (partnerKey: PartnerKey): unknown =>
    (parse(acceptsYaml(found(partnerKey))) as { spec: { dataLens: { accepts: unknown } } }).spec.dataLens
      .accepts
  const one = { keyVersion: 1, fingerprint: fingerprintOfVersion('A') }
  const two = { keyVersion: 2, fingerprint: fingerprintOfVersion('B') }
  const pinned = (...entries: { keyVersion: number; fingerprint: string }[]) =>
    rotatingPartnerKey({ spec: { dataLens: { keyVersion: 1, publicKey: 'PEM', accepts: entries } } })

  test('stands beside those that are there', () => {
    expect(accepts(pinned(one))).toEqual([one, two])
    expect(accepts(pinned(one, { ...two, fingerprint: fingerprintOfVersion('C') }))).toEqual([one, two])
  })

  test('where there was no list, brings along the key that tokens have now', () => {
    expect(accepts(rotatingPartnerKey())).toEqual([one, two])
    const { status: _, ...fresh } = rotatingPartnerKey()
    expect(accepts(fresh)).toEqual([two])
  })
})
