import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FailedLogins } from '../../examples/portal/src/failed-logins.ts'
import { PortalRig } from './rig.ts'

const root = join(import.meta.dirname, '../..')

let rig: PortalRig
beforeAll(async () => {
  rig = await PortalRig.start()
})
afterAll(() => rig.close())

describe('logging in', () => {
  test('leads to the dashboard, in another session than before', async () => {
    const visitor = rig.visitor()
    const _csrf = await visitor.tokenOn('/login')
    const before = new Map(visitor.cookies)
    const { status, headers } = await visitor.submit('/login', {
      name: 'acme',
      password: rig.passwords.get('acme') ?? '',
      _csrf,
    })
    expect([status, headers.location]).toEqual([303, '/'])
    expect(String(headers['set-cookie'])).toMatch(/^portal=.*HttpOnly.*SameSite=Lax/)
    expect(visitor.cookies).not.toEqual(before)
    expect((await visitor.ask('/')).body).toContain('Acme Coffee')
    const fixed = rig.visitor()
    for (const [name, value] of before) fixed.cookies.set(name, value)
    expect((await fixed.ask('/')).headers.location).toBe('/login')
  })

  test.each([
    ['a wrong password', 'acme', 'wrong'],
    ['another account’s password', 'acme', 'of globex'],
    ['an account that there is not', 'initech', 'wrong'],
    ['a name of every object’s', '__proto__', 'wrong'],
    ['nothing', '', ''],
  ])('with %s is refused, and says nothing more', async (_, name, password) => {
    const given = password === 'of globex' ? (rig.passwords.get('globex') ?? '') : password
    const { status, body } = await rig.visitor().logIn(name, given)
    expect(status).toBe(401)
    expect(body).toContain('There is no account with this name and password.')
  })

  test('without the form’s token is refused, also with that of another visitor', async () => {
    const fields = { name: 'acme', password: rig.passwords.get('acme') ?? '' }
    const foreign = await rig.visitor().tokenOn('/login')
    for (const _csrf of ['', 'made up', foreign]) {
      const visitor = rig.visitor()
      await visitor.tokenOn('/login')
      const { status, body } = await visitor.submit('/login', { ...fields, _csrf })
      expect(status).toBe(403)
      expect(body).toContain('This form has expired')
      expect((await visitor.ask('/')).headers.location).toBe('/login')
    }
  })

  test('ten wrong passwords in a minute are enough, also for the right one', async () => {
    // At once: one after the other they could take longer than the minute.
    const guesses = Array.from({ length: 10 }, (_, tries) => rig.visitor().logIn('globex', `guess ${tries}`))
    const answers = await Promise.all(guesses)
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 401))
    const { status, headers, body } = await rig.visitor().logIn('globex', rig.passwords.get('globex') ?? '')
    expect(status).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(body).toContain('tried too often')
    expect((await rig.visitor().logIn('acme', rig.passwords.get('acme') ?? '')).status).toBe(303)
  })

  test('writes what was typed into the page as text', async () => {
    const { body } = await rig.visitor().logIn('"><script>alert(1)</script>', 'x')
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;')
    expect(body).not.toContain('<script>')
  })
})

describe('logging out', () => {
  test('ends the session also for whoever has a copy of its cookie', async () => {
    const member = await rig.member('acme')
    const thief = rig.visitor()
    for (const [name, value] of member.cookies) thief.cookies.set(name, value)
    expect((await thief.ask('/')).status).toBe(200)
    const { status, headers } = await member.submit('/logout', { _csrf: await member.tokenOn('/') })
    expect([status, headers.location]).toEqual([303, '/login'])
    expect(member.cookies.size).toBe(0)
    expect((await thief.ask('/')).headers.location).toBe('/login')
    expect((await thief.askForLink('/api/embed/dashboard')).status).toBe(401)
  })

  test('takes a form with its token', async () => {
    const member = await rig.member('acme')
    expect((await member.submit('/logout', {})).status).toBe(403)
    expect((await member.ask('/')).status).toBe(200)
  })
})

test('passwords in a file are read at each login; without the file nobody is let in, and is told so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-portal-passwords-'))
  const passwordsFile = join(folder, 'passwords')
  const other = await PortalRig.start({ passwordsFile })
  try {
    const { status, body } = await other.visitor().logIn('acme', 'a password of my own')
    expect(status).toBe(503)
    expect(body).toContain('the file with passwords is missing')
    for (const password of ['a password of my own', 'the next: one']) {
      const { stdout } = await hashPassword('acme', password)
      expect(stdout).toMatch(/^acme:scrypt:[\w-]+:[\w-]+\n$/)
      await writeFile(passwordsFile, `# accounts\n${stdout}`)
      expect((await other.visitor().logIn('acme', password)).status).toBe(303)
    }
    expect((await other.visitor().logIn('acme', 'a password of my own')).status).toBe(401)
    expect((await other.visitor().logIn('globex', '')).status).toBe(401)
  } finally {
    await other.close()
    await rm(folder, { recursive: true })
  }
})

test.each(['a:b', 'acme corp', ''])(
  'no line is made for the account "%s": the file could not hold it',
  async name => {
    await expect(hashPassword(name, 'a password of my own')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name the account'),
    })
  },
)

/** What a partner runs to make a line of the file. */
async function hashPassword(name: string, password: string): Promise<{ readonly stdout: string }> {
  const running = promisify(execFile)(process.execPath, ['examples/portal/src/hash-password.ts', name], {
    cwd: root,
  })
  // It may have ended before it has read.
  running.child.stdin?.on('error', () => undefined)
  running.child.stdin?.end(`${password}\n`)
  return running
}

test('whoever failed is let try again after a minute', () => {
  let now = 0
  const failures = new FailedLogins(10, () => now)
  for (let tries = 0; tries < 10; tries++) failures.note('a')
  expect([failures.waitFor('a'), failures.waitFor('b')]).toEqual([60, 0])
  now = 59_000
  expect(failures.waitFor('a')).toBe(1)
  now = 60_000
  expect(failures.waitFor('a')).toBe(0)
  failures.note('a')
  expect(failures.waitFor('a')).toBe(0)
  for (let others = 0; others < 20_000; others++) failures.note(`other ${others}`)
  expect(failures.waitFor('other 1')).toBe(0)
})
