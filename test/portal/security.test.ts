import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PortalRig } from './rig.ts'

let rig: PortalRig
beforeAll(async () => {
  rig = await PortalRig.start({ dataLensUrl: 'https://datalens.example' })
})
afterAll(() => rig.close())

describe('the headers', () => {
  test('of every page let in the frames of DataLens, and nothing that was written into the page', async () => {
    const acme = await rig.member('acme')
    for (const path of ['/login', '/', '/lobby', '/connect', '/nowhere']) {
      const { headers } = await acme.ask(path)
      const policy = String(headers['content-security-policy']).split(';')
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          'frame-src https://datalens.example',
        ]),
      )
      expect(policy.join()).not.toMatch(/unsafe|\*|data:/)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  test('fit the pages: there is no script and no style in them', async () => {
    const acme = await rig.member('acme')
    for (const path of ['/', '/lobby', '/connect']) {
      const { body } = await acme.ask(path)
      expect(body).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/)
    }
  })
})

describe('pages', () => {
  test.each(['/', '/compare', '/lobby', '/connect'])(
    '%s sends to the login who is not logged in',
    async path => {
      const { status, headers, body } = await rig.visitor().ask(path)
      expect([status, headers.location, body]).toEqual([303, '/login', ''])
    },
  )

  test('of several tenants are for the admin', async () => {
    const { status, body } = await (await rig.member('acme')).ask('/compare')
    expect(status).toBe(403)
    expect(body).not.toContain('Globex')
  })

  test('of the admin show two tenants, those that are asked for', async () => {
    const admin = await rig.member('admin')
    expect((await admin.ask('/')).headers.location).toBe('/compare')
    for (const [query, shown] of [
      ['', ['acme', 'globex']],
      ['?tenant=globex&tenant=acme', ['globex', 'acme']],
      ['?tenant=initech&tenant=%22%3E', ['acme', 'globex']],
    ] as const) {
      const { body } = await admin.ask(`/compare${query}`)
      expect([...body.matchAll(/endpoint="\/api\/embed\/tenants\/(\w+)"/g)].map(([, id]) => id)).toEqual(
        shown,
      )
    }
  })

  test('that there are not say so', async () => {
    const { status, body, headers } = await rig.visitor().ask('/nowhere')
    expect(status).toBe(404)
    expect(body).toContain('There is nothing at this address.')
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('are not given for a request that is too long or broken, and say nothing of the inside', async () => {
    const acme = await rig.member('acme')
    const long = await acme.askForLink('/api/embed/dashboard', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(100_000)),
    })
    expect(long.status).toBe(413)
    const broken = await acme.askForLink('/api/embed/dashboard', {
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    expect(broken.status).toBe(400)
    for (const { body } of [long, broken]) expect(body).not.toMatch(/FST_|node_modules|at \w+ \(/)
  })
})

describe('behind https', () => {
  let secure: PortalRig
  beforeAll(async () => {
    secure = await PortalRig.start({ env: { PUBLIC_URL: 'https://portal.example' } })
  })
  afterAll(() => secure.close())

  const forwarded = { 'x-forwarded-proto': 'https' }

  test('the cookie goes over https alone, and to this host alone', async () => {
    const { headers } = await secure.visitor().ask('/login', { headers: forwarded })
    expect(String(headers['set-cookie'])).toMatch(/^__Host-portal=.*Path=\/;.*HttpOnly; Secure; SameSite=Lax/)
    expect(headers['strict-transport-security']).toMatch(/max-age=\d+/)
  })

  test('a login over http says where to go', async () => {
    const { status, body } = await secure.visitor().submit('/login', { name: 'acme', password: 'x' })
    expect(status).toBe(400)
    expect(body).toContain('Open https://portal.example instead')
    expect(body).toContain('X-Forwarded-Proto')
  })
})
