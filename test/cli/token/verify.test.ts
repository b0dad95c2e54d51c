import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Terminal } from '../../../src/cli/frame/command.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { verify } from '../../../src/cli/token/verify.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { accessTokenVectors as vectors, vectorKey } from '../../vectors/token-vectors.ts'

let directory: string
let publicKeys: readonly string[]
let privateKeys: readonly string[]

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-verify-'))
  publicKeys = Object.entries(vectors.partnerKeys).map(([version, { publicPem }]) =>
    file(`partner-${version}.pem`, publicPem, version),
  )
  privateKeys = Object.entries(vectors.dataLensKeys).map(([version, { privatePem }]) =>
    file(`datalens-${version}.pem`, privatePem, version),
  )
})

afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string, version?: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return version === undefined ? path : `${path}:${version}`
}

const flagged = (flag: string, values: readonly string[]): string[] => values.flatMap(value => [flag, value])
const allKeys = (): string[] => [
  ...flagged('--partner-key', publicKeys),
  ...flagged('--datalens-private-key', privateKeys),
]

async function run(args: readonly string[], input = '', environment: Terminal['environment'] = {}) {
  const terminal = recordedTerminal({ input, environment })
  const entry = { name: 'verify', summary: '', load: () => Promise.resolve(verify) }
  const code = await dispatch(['verify', ...args], [entry], terminal)
  return { code, output: terminal.output, complaints: terminal.complaints }
}

/** Every piece of the token that is long enough to be one. */
function pieces(token: string): readonly string[] {
  return token.split(':').flatMap(part => (part.length < 20 ? [] : [part.slice(0, 20), part.slice(-20)]))
}

describe('verify, with the keys of both sides', () => {
  test.each(vectors.valid)('accepts: $name', async ({ token, dbName }) => {
    const { code, output } = await run([...allKeys(), '-'], token)
    expect(output).toContain(`database   ok     ${JSON.stringify(dbName)}`)
    expect(output).toContain('DataLens would accept this token.\n')
    expect(code).toBe(0)
  })

  const places = {
    malformed: 'structure',
    'unknown-version': 'versions',
    'bad-signature': 'signature',
    undecryptable: 'database',
    'bad-payload': 'database',
  } as Readonly<Record<string, string>>

  test.each(vectors.invalid)('refuses at the right check: $name', async ({ token, error }) => {
    const { code, output, complaints } = await run([...allKeys(), '-'], token)
    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`^  ${places[error]} +WRONG `, 'm'))
    expect(output.match(/WRONG/g)).toHaveLength(1)
    const answer =
      error === 'unknown-version' ? 'with a server error (500)' : 'with 400 "Invalid access token"'
    expect(output).toContain(`DataLens would refuse this token ${answer}.`)
    for (const piece of pieces(token)) expect(output + complaints).not.toContain(piece)
  })

  test('says something else about each kind of fault', async () => {
    const conclusions = new Map<string, string>()
    for (const { token, error } of vectors.invalid) {
      conclusions.set(error, (await run([...allKeys(), '-'], token)).output.split('\n').at(-2) ?? '')
    }
    expect(conclusions.size).toBe(5)
    expect(new Set(conclusions.values()).size).toBe(5)
  })
})

describe('verify, with the partner’s public key only', () => {
  const [valid] = vectors.valid
  const token = valid?.token ?? ''
  const publicKey = (): string => file('only.pem', vectorKey('partnerKeys', 1).publicPem)

  test('accepts what it can see, and says what it cannot', async () => {
    const { code, output } = await run(['--partner-key', publicKey(), '--file', file('token', token)])
    expect(output).toContain('database   ?      not checked')
    expect(output).toContain('as far as can be seen')
    expect(code).toBe(0)
  })

  test('takes a file without a version for the version of the token, and no other file', async () => {
    const other = file('other.pem', vectorKey('partnerKeys', 2).publicPem)
    expect((await run(['--partner-key', other, '-'], token)).output).toContain('signature  WRONG')
    expect((await run(['--partner-key', `${other}:2`, '-'], token)).output).toContain('versions   WRONG')
  })

  test.each([
    [
      'the first',
      (rest: readonly string[]) => ['3000000000', ...rest],
      'DataLens’s key 3000000000, the partner’s key 1',
    ],
    [
      'the second',
      ([, ...rest]: readonly string[]) => ['1', '3000000000', ...rest],
      'the partner’s key 3000000000',
    ],
  ])(
    'judges a token by its keys where %s version is beyond those of ours',
    async (_, withVersion, versions) => {
      const [, ...rest] = token.split(':')
      const { code, output } = await run(['--partner-key', publicKey(), '-'], withVersion(rest).join(':'))
      expect(output).toContain(versions)
      expect(output).toContain('as far as can be seen')
      expect(code).toBe(0)
    },
  )

  test('says of a version beyond those of ours that nobody has its key, not that it is none', async () => {
    const [first, , ...rest] = token.split(':')
    const tooHigh = [first, '3000000000', ...rest].join(':')
    const { code, output } = await run(['--partner-key', `${publicKey()}:1`, '-'], tooHigh)
    expect(output).toContain('There is no partner key under the token’s second version.')
    expect(code).toBe(1)
  })

  test('shows no version that is not a number', async () => {
    const [, ...rest] = token.split(':')
    const { code, output } = await run(
      ['--partner-key', publicKey(), '-'],
      ['\u001b[31m1', ...rest].join(':'),
    )
    expect(code).toBe(1)
    expect(output).toContain('The first part of the token is not a key version')
    expect(output).not.toContain('\u001b')
  })
})

describe('verify, with a token in a cluster', () => {
  test('looks for the cluster where the environment of its caller says', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound', message: 'not here' }))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const kubeconfig = file(
      'kubeconfig',
      JSON.stringify({
        clusters: [
          { name: 'here', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'me', user: {} }],
        contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
        'current-context': 'here',
      }),
    )
    const { code, complaints } = await run(['--secret', 'tenants/acme'], '', { KUBECONFIG: kubeconfig })
    expect(complaints).toBe('lenskeeper verify: not here\n')
    expect(asked).toEqual(['/api/v1/namespaces/tenants/secrets/acme'])
    expect(code).toBe(1)
  })
})

describe('wrong use of verify', () => {
  const token = vectors.valid[0]?.token ?? ''
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['no token', () => [], /give one of --secret NAMESPACE\/NAME, --file FILE and -/],
    ['two tokens', () => ['--file', 'a', '-'], /give one of/],
    ['no key', () => ['-'], /nothing to check the signature with/],
    ['the token as an argument', () => [token], /unexpected argument/],
    ['the token as a file', () => ['--file', token], /looks like a token/],
    ['the token as a Secret', () => ['--secret', token], /--secret takes NAMESPACE\/NAME/],
    ['a Secret without its namespace', () => ['--secret', 'acme'], /--secret takes NAMESPACE\/NAME/],
    [
      'no such token file',
      () => ['--file', '/no/such', '--partner-key', 'x'],
      /--file: \/no\/such: there is no such file/,
    ],
    [
      'no such key file',
      () => ['--partner-key', '/no/such', '-'],
      /--partner-key: \/no\/such: there is no such file/,
    ],
    [
      'no key in the file',
      () => ['--partner-key', file('no', 'no'), '-'],
      /no: This is not PEM .* partner’s public \(or private\) key/,
    ],
    [
      'a public key for the private one',
      () => [
        ...flagged('--partner-key', publicKeys),
        ...flagged('--datalens-private-key', [file('public.pem', vectorKey('dataLensKeys', 1).publicPem)]),
        '-',
      ],
      /--datalens-private-key: .* put DataLens’s private key/,
    ],
    ['an unknown flag', () => ['--token', token], /Known flags: --secret/],
  ]

  test.each(cases)('%s', async (_, args, message) => {
    const { code, output, complaints } = await run(args(), token)
    expect(complaints).toMatch(message)
    expect(complaints.trim().split('\n')).toHaveLength(1)
    expect(complaints).not.toContain(token.slice(10, 40))
    expect(output).toBe('')
    expect(code).toBe(2)
  })
})
