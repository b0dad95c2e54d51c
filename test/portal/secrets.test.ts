/** Without its Secrets the portal is there, says what is missing, and works once they are there. */
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lobbyEmbedId, PortalRig } from './rig.ts'

let rig: PortalRig
beforeEach(async () => {
  rig = await PortalRig.start()
})
afterEach(() => rig.close())

describe('the lobby', () => {
  test('says that there is no link, and where to mount it to the admin alone', async () => {
    const [acme, admin] = [await rig.member('acme'), await rig.member('admin')]
    for (const member of [acme, admin]) {
      const { status, body } = await member.ask('/lobby')
      expect(status).toBe(200)
      expect(body).toContain('the Secret of its SecureEmbed is missing')
      expect(body.includes(rig.config.lobbyFolder)).toBe(member === admin)
    }
    const { status, headers } = await acme.askForLink('/api/embed/lobby')
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('10')
  })

  test('has its link once it is mounted, and the next one after it was replaced', async () => {
    const acme = await rig.member('acme')
    for (const now of [Date.now() - 60_000, Date.now()]) {
      const token = await rig.mountLobby(now)
      const { status, body } = await acme.askForLink('/api/embed/lobby')
      expect(status).toBe(200)
      expect(JSON.parse(body)).toMatchObject({ token })
      expect(decodeJwt(token)).toMatchObject({ embedId: lobbyEmbedId, params: { region: 'north' } })
    }
    expect((await acme.ask('/lobby')).body).not.toContain('missing')
  })

  test('has none when the link has ended', async () => {
    await rig.mountLobby(Date.now() - 600_000)
    const acme = await rig.member('acme')
    expect((await acme.askForLink('/api/embed/lobby')).status).toBe(503)
    expect((await acme.ask('/lobby')).body).toContain('its link has ended')
  })
})

describe('the dashboard', () => {
  test('says that it is being set up, and why to the admin alone', async () => {
    const [acme, admin] = [await rig.member('acme'), await rig.member('admin')]
    const { status, body } = await acme.ask('/')
    expect(status).toBe(200)
    expect(body).toContain('Your dashboard is being set up')
    expect(body).not.toContain(rig.config.dashboard.keyFile)
    expect((await admin.ask('/compare')).body).toContain(rig.config.dashboard.keyFile)
    expect((await acme.askForLink('/api/embed/dashboard')).status).toBe(500)
  })

  test('is there once the key is', async () => {
    const acme = await rig.member('acme')
    await rig.mountKey()
    expect((await acme.askForLink('/api/embed/dashboard')).status).toBe(200)
    expect((await acme.ask('/')).body).not.toContain('being set up')
  })
})

test('without EMBED_ID the portal starts, and asks for it', async () => {
  const other = await PortalRig.start({ env: { EMBED_ID: '' } })
  try {
    const [acme, admin] = [await other.member('acme'), await other.member('admin')]
    expect((await acme.askForLink('/api/embed/dashboard')).status).toBe(503)
    expect((await admin.ask('/compare')).body).toContain('EMBED_ID is not set')
  } finally {
    await other.close()
  }
})

describe('the access token', () => {
  test('is the tenant’s own, as soon as it is mounted, and the newest', async () => {
    const [acme, globex] = [await rig.member('acme'), await rig.member('globex')]
    expect((await acme.ask('/connect')).body).toContain('Your access token is missing')
    await rig.mountToken('acme', '1:1:first:of-acme')
    await rig.mountToken('globex', '1:1:first:of-globex')
    const page = (await acme.ask('/connect')).body
    expect(page).toContain('1:1:first:of-acme')
    expect(page).toContain('client_acme')
    expect(page).not.toContain('globex')
    const version = await acme.ask('/connect/version')
    expect(version.body).not.toContain('first')
    await rig.mountToken('acme', '1:2:second:of-acme')
    expect((await acme.ask('/connect')).body).toContain('1:2:second:of-acme')
    expect((await acme.ask('/connect/version')).body).not.toBe(version.body)
    expect((await globex.ask('/connect')).body).toContain('1:1:first:of-globex')
  })

  test('is for nobody else', async () => {
    await rig.mountToken('acme', '1:1:first:of-acme')
    const admin = await rig.member('admin')
    const { status, body } = await admin.ask('/connect')
    expect(status).toBe(403)
    expect(body).toContain('Not for the admin')
    expect((await rig.visitor().ask('/connect')).headers.location).toBe('/login')
    for (const visitor of [admin, rig.visitor()])
      expect((await visitor.ask('/connect/version')).status).toBe(401)
  })
})
