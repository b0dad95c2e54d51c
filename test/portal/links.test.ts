/** Whose rows a link shows is up to the session alone. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importSPKI, jwtVerify, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedVectors } from '../vectors/embed-vectors.ts'
import { embedId, PortalRig } from './rig.ts'
import type { Seen, Visitor } from '../../src/cli/chain/visitor.ts'

const publicKey = await importSPKI(embedVectors.key.publicPem, 'PS256')

let rig: PortalRig
let acme: Visitor
let globex: Visitor
let admin: Visitor

beforeAll(async () => {
  rig = await PortalRig.start()
  await rig.mountKey()
  ;[acme, globex, admin] = await Promise.all([rig.member('acme'), rig.member('globex'), rig.member('admin')])
})
afterAll(() => rig.close())

async function payloadOf({ status, body }: Seen): Promise<JWTPayload> {
  expect(status).toBe(200)
  const { token } = JSON.parse(body) as { readonly token: string }
  return (await jwtVerify(token, publicKey, { algorithms: ['PS256'] })).payload
}

describe('a viewer’s link', () => {
  test.each(['acme', 'globex'])('of %s has exactly its own parameter', async name => {
    const payload = await payloadOf(
      await (name === 'acme' ? acme : globex).askForLink('/api/embed/dashboard'),
    )
    expect(payload).toMatchObject({ embedId, params: { tenant: name } })
    expect(Object.keys(payload['params'] as object)).toEqual(['tenant'])
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300)
  })

  test('leads to DataLens, and is kept by no cache', async () => {
    const { headers, body } = await acme.askForLink('/api/embed/dashboard')
    expect(headers['cache-control']).toBe('no-store')
    const { url } = JSON.parse(body) as { readonly url: string }
    expect(url).toMatch(/^http:\/\/localhost:1\/embeds\/dash\?_lang=en#dl_embed_token=/)
  })

  test.each([
    ['the address', '?tenant=globex&params[tenant]=globex', {}, ''],
    [
      'a JSON body',
      '',
      { 'content-type': 'application/json' },
      JSON.stringify({ params: { tenant: 'globex' } }),
    ],
    ['a form', '', { 'content-type': 'application/x-www-form-urlencoded' }, 'tenant=globex&name=globex'],
    ['headers', '', { 'x-tenant': 'globex', 'x-forwarded-user': 'globex' }, ''],
    ['another cookie', '', { cookie: 'tenant=globex' }, ''],
  ])('is the same with another tenant in %s', async (_, query, headers, body) => {
    const cookie = [...acme.cookies, ['', (headers as { cookie?: string }).cookie ?? '']]
      .map(pair => pair.join('='))
      .join('; ')
    const seen = await acme.askForLink(`/api/embed/dashboard${query}`, {
      headers: { ...headers, cookie },
      body,
    })
    expect(await payloadOf(seen)).toMatchObject({ embedId, params: { tenant: 'acme' } })
  })

  test('is nothing for an edited cookie', async () => {
    const forger = rig.visitor()
    for (const [name, value] of acme.cookies) forger.cookies.set(name, `${value.slice(0, -3)}AAA`)
    expect((await forger.askForLink('/api/embed/dashboard')).status).toBe(401)
  })
})

describe('who gets a link', () => {
  const links = ['/api/embed/dashboard', '/api/embed/tenants/acme', '/api/embed/lobby']

  test.each(links)('%s: nobody who has not logged in', async path => {
    expect((await rig.visitor().askForLink(path)).status).toBe(401)
  })

  test.each(links)('%s: no page of another site', async path => {
    expect((await admin.askForLink(path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect((await admin.askForLink(path, { headers: { 'x-lens-embed': '' } })).status).toBe(403)
    expect((await admin.ask(path)).status).toBe(404)
  })

  test('of a tenant by its name: the admin, and not even the tenant itself', async () => {
    for (const name of ['acme', 'globex']) {
      const payload = await payloadOf(await admin.askForLink(`/api/embed/tenants/${name}`))
      expect(payload).toMatchObject({ params: { tenant: name } })
    }
    expect((await acme.askForLink('/api/embed/tenants/globex')).status).toBe(403)
    expect((await acme.askForLink('/api/embed/tenants/acme')).status).toBe(403)
    for (const odd of ['initech', '__proto__', 'constructor', '..%2Facme'])
      expect((await admin.askForLink(`/api/embed/tenants/${odd}`)).status).toBe(403)
  })

  test('of the dashboard of a tenant: not the admin, who has none', async () => {
    expect((await admin.askForLink('/api/embed/dashboard')).status).toBe(403)
  })
})

test('a tenant with a dashboard of its own has a link to that, by that one’s key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-portal-tenants-'))
  const { privateKey, publicKey: ownKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keyFile = join(folder, 'globex.pem')
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const params = (tenant: string) => ({ id: tenant, name: tenant, params: { tenant } })
  const tenants = [params('acme'), { ...params('globex'), embedId: 'rjz6gnv7fl5w3', keyFile }]
  await writeFile(join(folder, 'tenants.json'), JSON.stringify(tenants))
  const other = await PortalRig.start({ env: { TENANTS_FILE: join(folder, 'tenants.json') } })
  try {
    await other.mountKey()
    const links = await Promise.all(
      ['acme', 'globex'].map(async name => (await other.member(name)).askForLink('/api/embed/dashboard')),
    )
    expect(await payloadOf(links[0] as Seen)).toMatchObject({ embedId, params: { tenant: 'acme' } })
    const { token } = JSON.parse(links[1]?.body ?? '') as { readonly token: string }
    const { payload } = await jwtVerify(token, ownKey, { algorithms: ['PS256'] })
    expect(payload).toMatchObject({ embedId: 'rjz6gnv7fl5w3', params: { tenant: 'globex' } })
  } finally {
    await other.close()
    await rm(folder, { recursive: true })
  }
})
