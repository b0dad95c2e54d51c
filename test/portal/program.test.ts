/** The portal as a program: what it prints, how it ends, and what it says when it cannot start. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { hashPassword } from '../../examples/portal/src/passwords.ts'
import { linkEmbed } from '../../scripts/link-embed.ts'
import { eventually } from '../time/eventually.ts'
import { Visitor } from '../../src/cli/chain/visitor.ts'

await linkEmbed()
const root = join(import.meta.dirname, '../..')

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-portal-program-'))
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function fileOf(text: string): Promise<string> {
  const path = join(folder, String(files++))
  await writeFile(path, text)
  return path
}

function start(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['examples/portal/src/main.ts'], { cwd: root, env })
  running.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => void (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (said.err += chunk.toString()))
  return { child, said, ended: once(child, 'exit') as Promise<[number | null]> }
}

test('prints passwords that let in, what is missing and its address; ends when it is asked to', async () => {
  const { child, said, ended } = start({ PORT: '0' })
  const [, url = ''] = await eventually(() => /^The portal is at (\S+)$/m.exec(said.out) ?? undefined)
  const passwords = [...said.out.matchAll(/^ {2}(\w+) +(\S{16})$/gm)].map(([, name = '', password = '']) => ({
    name,
    password,
  }))
  expect(passwords.map(({ name }) => name)).toEqual(['acme', 'globex', 'admin'])
  for (const { name, password } of passwords)
    expect((await new Visitor(url).logIn(name, password)).status).toBe(303)
  for (const missing of [
    'The dashboard of acme is missing. EMBED_ID is not set',
    'The lobby is missing.',
    'The access token of acme is missing: mount the Secret of its ConnectorTenant at /etc/portal/tokens/acme.',
  ])
    expect(said.out).toContain(missing)
  // What is logged of requests holds none of them.
  for (const { password } of passwords) expect(said.out.split(password)).toHaveLength(2)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(said.err).toBe('')
})

const ownDashboard = [{ id: 'acme', name: 'Acme', params: { tenant: 'acme' }, embedId: 'of the lobby' }]
const tenantsFile = await fileOf(JSON.stringify(ownDashboard))
// With a file no password has to be hashed first.
const PASSWORDS_FILE = await fileOf('')

test.each([
  [{ PORT: 'http' }, 'PORT takes a number up to 65535.'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL takes'],
  [{ EMBED_ID: 'of the lobby', PASSWORDS_FILE }, 'EMBED_ID: embedId is no id of an embed'],
  [{ EMBED_ID: 'pgx4ekt5dj3u1', LINK_LIFETIME: '1d' }, 'LINK_LIFETIME: lifetime is no duration'],
  [{ TENANTS_FILE: tenantsFile, PASSWORDS_FILE }, 'TENANTS_FILE, tenant acme: embedId is no id of an embed'],
])('with %o it does not start, and says why by what was set', async (env, says) => {
  const { said, ended } = start({ PORT: '0', ...env })
  expect(await ended).toEqual([1, null])
  expect(said.err).toContain(`The portal cannot start. ${says}`)
  expect(said.err).not.toContain('    at ')
  // They would be good until the end that has come.
  expect(said.out).not.toContain('PASSWORDS_FILE is not set')
})

test('accounts that have no password in the file are told, also those with the password itself', async () => {
  const hash = await hashPassword('a password of my own')
  const passwordsFile = await fileOf(`acme:${hash}\nglobex:a password of my own\n`)
  const { said } = start({ PORT: '0', PASSWORDS_FILE: passwordsFile })
  const told = 'PASSWORDS_FILE has no hash for globex, admin: they cannot sign in.'
  await eventually(() => said.out.includes(told) || undefined)
  expect(said.out).not.toContain('a password of my own')
})

test('a port that is taken is told', async () => {
  const first = start({ PORT: '0', PASSWORDS_FILE })
  const [, url = ''] = await eventually(() => /^The portal is at (\S+)$/m.exec(first.said.out) ?? undefined)
  const { said, ended } = start({ PORT: new URL(url).port, PASSWORDS_FILE })
  expect(await ended).toEqual([1, null])
  expect(said.err).toContain(`PORT ${new URL(url).port} is taken: choose another, or 0 for a free one.`)
})
