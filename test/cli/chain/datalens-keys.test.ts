import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepKey, keptKeys } from '../../../src/cli/chain/datalens-keys.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-keys-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const pem = (version: 1 | 2): Redacted<string> => new Redacted(vectorKey('dataLensKeys', version).privatePem)

test('keys that were kept are there for the next start, for their owner alone', () => {
  expect([...keptKeys(directory)]).toEqual([])
  keepKey(directory, 1, pem(1))
  keepKey(directory, 12, pem(2))
  expect(readdirSync(directory).sort()).toEqual(['datalens-12.pem', 'datalens.pem'])
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  const kept = keptKeys(directory)
  expect(new Map([...kept].map(([version, text]) => [version, text.reveal()]))).toEqual(
    new Map([
      [1, pem(1).reveal()],
      [12, pem(2).reveal()],
    ]),
  )
})

test('files of other names are none', () => {
  for (const name of ['datalens-0.pem', 'datalens-x.pem', 'datalens.pub', 'datalens-2.pem.old'])
    writeFileSync(join(directory, name), 'x')
  expect([...keptKeys(directory)]).toEqual([])
})

test('a file that is no key is named', () => {
  writeFileSync(join(directory, 'datalens-2.pem'), '')
  expect(() => keptKeys(directory)).toThrow(`${join(directory, 'datalens-2.pem')}: The key is empty`)
})
