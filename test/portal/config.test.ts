import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../examples/portal/src/config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-portal-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('without any variable it is for this machine, and for DataLens', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    publicUrl: new URL('http://localhost:8080'),
    dataLensUrl: new URL('https://datalens.yandex.cloud'),
    dashboard: { embedId: undefined, kind: 'Dashboard', lifetime: '10m' },
    tenants: [{ id: 'acme' }, { id: 'globex' }],
  })
})

test.each([
  ['PORT', 'eighty', 'takes a number up to 65535'],
  ['PORT', '70000', 'takes a number up to 65535'],
  ['PUBLIC_URL', 'http://portal.example', 'takes an address with https://, or http:// for localhost'],
  ['PUBLIC_URL', 'https://portal.example/app', 'takes scheme and host alone, without a path'],
  ['DATALENS_URL', 'datalens.example', 'takes an address with https://, or http:// for localhost'],
  ['EMBED_KIND', 'Table', 'takes Chart or Dashboard'],
  ['TENANTS_FILE', '/nowhere/tenants.json', 'is /nowhere/tenants.json: it cannot be read'],
])('%s=%s is refused by name', (name, value, says) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name} ${says}`)
})

describe('the tenants', () => {
  const acme = { id: 'acme', name: 'Acme', params: { tenant: 'acme' } }

  test.each([
    ['{', 'it is no JSON'],
    ['[]', 'it is no list of tenants'],
    [JSON.stringify([acme, acme]), 'there are two tenants acme'],
    [JSON.stringify([{ ...acme, id: '../acme' }]), 'tenant 1 has no id'],
    [JSON.stringify([{ ...acme, id: 'admin' }]), 'tenant 1 has no id'],
    [JSON.stringify([{ id: 'acme', params: { tenant: 'acme' } }]), 'tenant acme has no name'],
    [JSON.stringify([{ ...acme, embedId: 7 }]), 'tenant acme has an embedId or a keyFile that is no text'],
    [JSON.stringify([{ ...acme, params: {} }]), 'tenant acme has no params'],
    [
      JSON.stringify([{ ...acme, params: { tenant: '' } }]),
      'tenant acme has no params, or one that is no text',
    ],
    [
      JSON.stringify([acme, { id: 'globex', name: 'Globex', params: { client: 'globex' } }]),
      'the params of its tenants have different names: tenant; client',
    ],
  ])('%s: %s', async (text, says) => {
    const path = join(folder, 'tenants.json')
    await writeFile(path, text)
    expect(() => readConfig({ TENANTS_FILE: path })).toThrow(says)
  })
})
