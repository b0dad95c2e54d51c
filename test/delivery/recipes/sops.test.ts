/** Secrets in Git as the recipe has them encrypted, by SOPS and age themselves, and decrypted into a cluster. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { dataOf, type Secret } from '../../../src/api/core-objects.ts'
import { lint } from '../../../src/cli/lint/lint.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { adminKubeconfig, kubectlPath, read, uniqueNamespace } from '../../cluster/cluster.ts'
import { pageAt } from '../../docs/pages.ts'
import { embed, signingPair } from '../../scenarios/embeds.ts'
import { goTool } from '../go-tool.ts'

const { fences } = pageAt('docs/recipes/sops.md')
const rules = fences.find(({ info }) => info === 'yaml')
const [credentials, signingKey, , vault] = fences.filter(({ info }) => info === 'sh')
const [intoVault, outOfVault] = vault?.text.split('\n') ?? []
const password = 'a-password-of-the-operator'
const withKey = { SOPS_AGE_KEY_FILE: 'key.txt' }

let folder: string
let path: string
let namespace: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenskeeper-sops-'))
  const programs = [await goTool('sops'), await goTool('ageKeygen'), kubectlPath()].map(dirname)
  path = [...programs, process.env.PATH].join(delimiter)
  namespace = await uniqueNamespace('sops', afterAll)
  await sh('ageKeygen -o key.txt')
  const [recipient = ''] = /age1\w+/.exec(readFileSync(join(folder, 'key.txt'), 'utf8')) ?? []
  write('.sops.yaml', rules?.text.replaceAll('age1…', recipient))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text = ''): void => writeFileSync(join(folder, name), text)
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** As printed, in the namespace of this test. Rejects when it fails. */
async function sh(script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const here = script.replaceAll(/-n (?:datalens|portal)\b/g, `-n ${namespace}`)
  const options = {
    cwd: folder,
    env: { PATH: path, HOME: folder, KUBECONFIG: adminKubeconfig(), ...env },
  }
  return (await promisify(execFile)('sh', ['-ec', here], options)).stdout
}

test('only the age key opens what Git has; name and namespace stay readable', async () => {
  write('password.txt', password)
  await sh(credentials?.text ?? '')
  expect(existsSync(join(folder, 'credentials.yaml'))).toBe(false)
  const encrypted = textOf('credentials.enc.yaml')
  for (const secret of [password, Buffer.from(password).toString('base64')])
    expect(encrypted).not.toContain(secret)
  expect(parse(encrypted)).toMatchObject({ metadata: { name: 'clickhouse-operator', namespace } })

  const apply =
    'sops decrypt credentials.enc.yaml > plain.yaml && kubectl apply -f plain.yaml && rm plain.yaml'
  await expect(sh(apply)).rejects.toThrow(/identit|key/)
  await sh(apply, withKey)
  const secret = await read<Secret & { metadata: { uid: string; resourceVersion: string } }>({
    kind: 'secret',
    namespace,
    name: 'clickhouse-operator',
  })
  expect(secret && dataOf(secret, 'password')).toBe(password)
  expect(secret && dataOf(secret, 'username')).toBe('lenskeeper')
})

test('lint sees in the encrypted file that a signing key is offered', async () => {
  write('private.pem', signingPair('lobby').privatePem)
  await sh(signingKey?.text ?? '')
  const lobby = embed('lobby', { signingKeySecretRef: { name: 'lobby-signing-key' } }, namespace)
  write('embed.yaml', stringify(lobby))
  const files = ['embed.yaml', 'lobby.enc.yaml'].map(name => join(folder, name))
  const terminal = recordedTerminal()
  expect([await lint.run([...files, '--strict'], terminal), terminal.output]).toEqual([
    0,
    expect.stringContaining('0 errors, 0 warnings'),
  ])
  write('lobby.enc.yaml', textOf('lobby.enc.yaml').replace(/^ *lenskeeper\.dev\/use:.*\n/m, ''))
  expect(await lint.run([...files, '--strict'], recordedTerminal())).toBe(1)
})

test('an exported private key comes out of it byte by byte', async () => {
  const { privatePem } = signingPair('acme')
  write('acme-v1.pem', privatePem)
  await sh(intoVault ?? '')
  expect(existsSync(join(folder, 'acme-v1.pem'))).toBe(false)
  expect(textOf('acme-v1.enc')).not.toContain(privatePem.slice(40, 100))
  await sh(outOfVault ?? '', withKey)
  expect(textOf('acme-v1.pem')).toBe(privatePem)
})
