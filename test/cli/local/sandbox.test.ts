// `lenskeeper sandbox`: its flags, and what it says of files that it cannot use.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sandbox } from '../../../src/cli/local/sandbox.ts'
import { switches, switchNames } from '../../../src/sandbox/embed/switches.ts'
import { helpOf } from '../../../src/cli/frame/command.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { eventually } from '../../time/eventually.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-sandbox-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const reader = (): readonly string[] => [
  '--clickhouse-url',
  'http://127.0.0.1:9',
  '--reader-password-file',
  file('password', 'secret-of-the-reader\n'),
]

test('its help has every switch with its default and its source', () => {
  const help = helpOf(sandbox)
  for (const name of switchNames) {
    const line = help.split('\n').find(text => text.startsWith(`${name} `)) ?? ''
    expect(line, name).toContain(String(switches[name].default))
    expect(line, name).toContain(switches[name].source)
  }
})

test('says its address, has the keys that it was given, and stops when asked', async () => {
  const stop = new AbortController()
  const terminal = recordedTerminal({ signal: stop.signal })
  const key = file('partner.pem', vectorKey('partnerKeys', 1).publicPem)
  const own = file('datalens.pem', vectorKey('dataLensKeys', 2).privatePem)
  const keys = ['--partner-key', `1=${key}`, '--partner-key', `other/4=${key}`, '--datalens-key', `2=${own}`]
  const running = sandbox.run([...reader(), ...keys, '--switch', 'skew=7'], terminal)
  const [, url] = await eventually(() => /^Sandbox: (\S+)$/m.exec(terminal.output) ?? undefined)
  const connectors = await (await fetch(`${url}/api/connectors`)).json()
  expect(connectors).toMatchObject([
    {
      name: 'partner',
      partner: ['1'],
      dataLens: [{ version: '2', publicKey: vectorKey('dataLensKeys', 2).publicPem }],
    },
    { name: 'other', partner: ['4'], dataLens: [{ version: '1' }] },
  ])
  expect(await (await fetch(`${url}/_sandbox/switches`)).json()).toContainEqual(
    expect.objectContaining({ name: 'skew', value: 7 }),
  )
  stop.abort()
  expect(await running).toBe(0)
  expect(terminal.output).not.toContain('secret-of-the-reader')
})

describe('wrong use is told in a line', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

  test.each([
    ['no ClickHouse', () => [], 'give --clickhouse-url URL and --reader-password-file FILE'],
    [
      'another address',
      () => [...reader(), '--port', '0.0.0.0:80'],
      'the sandbox listens on 127.0.0.1 and nowhere else',
    ],
    [
      'an address of its own flag',
      () => [...reader(), '--host', '0.0.0.0'],
      'there is no --host, only --port: the sandbox listens on 127.0.0.1 and nowhere else',
    ],
    [
      'an address and a port',
      () => [...reader(), '--listen=0.0.0.0:80'],
      'there is no --listen, only --port: the sandbox listens on 127.0.0.1 and nowhere else',
    ],
    ['a port that is none', () => [...reader(), '--port', '70000'], '--port must be from 0 to 65535'],
    ['an unknown switch', () => [...reader(), '--switch', 'x=1'], '--switch: there is no switch "x"'],
    ['a switch without value', () => [...reader(), '--switch', 'skew'], '--switch takes NAME=VALUE'],
    [
      'a key without version',
      () => [...reader(), '--partner-key', 'x.pem'],
      '--partner-key takes VERSION=FILE',
    ],
    [
      'a private key of a partner',
      () => [...reader(), '--partner-key', `1=${file('p.pem', pem)}`],
      '--partner-key: This is a private key: put the partner’s RSA public key there. The private one stays',
    ],
    [
      'no content file',
      () => [...reader(), '--content', 'none.yaml'],
      '--content: none.yaml: there is no such file',
    ],
    [
      'a bad content file',
      () => [...reader(), '--content', file('c.yaml', 'connections: [')],
      'c.yaml:1: this is no YAML',
    ],
    [
      'an address without http',
      () => ['--clickhouse-url', 'localhost:8123', '--reader-password-file', file('p', '')],
      '--clickhouse-url takes an address',
    ],
    [
      'a URL that is none',
      () => ['--clickhouse-url', 'x', '--reader-password-file', file('p', '')],
      '--clickhouse-url takes an address',
    ],
  ])('%s', async (_, args, message) => {
    await expect(sandbox.run(args(), recordedTerminal())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    })
  })
})

test('a port that is taken is told', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(sandbox.run([...reader(), '--port', String(port)], recordedTerminal())).rejects.toMatchObject({
    code: 'failed',
    message: `port ${port} is taken; choose another, or 0 for a free one`,
  })
  other.close()
})
