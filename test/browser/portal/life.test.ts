/** Pages that stay open: Secrets come and change, links are refreshed, and people sign out. */
import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { eventually } from '../../time/eventually.ts'
import { accessibilityFaults } from '../axe.ts'
import { useVisits } from './visit.ts'

const openVisit = useVisits()

test('a dashboard without its key says so, and appears once the key is mounted', async () => {
  const visit = await openVisit()
  const { page, portal, datalens } = visit
  await visit.logIn('acme')
  await page.getByText('Your dashboard is being set up.').waitFor()
  await page.getByText('Not ready yet.').waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  await portal.mountKey()
  await eventually(() => datalens.notes.length === 1, { what: 'the frame loads' })
  await page.getByText('Your dashboard is being set up.').waitFor({ state: 'detached' })
  expect(await page.getByRole('status').textContent()).toBe('')
  expect(visit.complaints).toEqual([])
})

test('the lobby without its Secret says so, and appears once that is mounted', async () => {
  const visit = await openVisit({ clock: true })
  const { page, portal, datalens } = visit
  await visit.logIn('acme')
  await visit.goto('/lobby')
  await page.getByText('the Secret of its SecureEmbed is missing').waitFor()
  await portal.mountLobby()
  // It was told to leave the portal alone for ten seconds.
  await page.clock.runFor(15_000)
  await eventually(() => datalens.notes.length === 1, { what: 'the frame loads' })
  await page.getByText('the Secret of its SecureEmbed is missing').waitFor({ state: 'detached' })
})

test('a lobby that stays open is told the next link of its Secret, in the same frame', async () => {
  const visit = await openVisit({ clock: true })
  const { page, portal, datalens } = visit
  const first = await portal.mountLobby(Date.now() - 60_000)
  await visit.logIn('acme')
  await visit.goto('/lobby')
  await eventually(() => datalens.notes.includes(`${first} loads`), { what: 'the frame loads' })
  const second = await portal.mountLobby()
  await page.clock.runFor(130_000)
  await eventually(() => datalens.notes.includes(`${first} hears ${second}`), {
    what: 'the frame hears of it',
  })
  expect(datalens.notes).toHaveLength(2)
})

test('an access token that comes and is replaced while the page is open is shown', async () => {
  const visit = await openVisit({ clock: true })
  const { page, portal } = visit
  await visit.logIn('acme')
  await visit.goto('/connect')
  await page.getByText('Your access token is missing').waitFor()
  for (const token of ['1:1:first:of-acme', '1:2:second:of-acme']) {
    await portal.mountToken('acme', token)
    await page.clock.runFor(31_000)
    await eventually(
      async () => (await page.getByLabel('Access token').inputValue({ timeout: 1000 })) === token,
      {
        what: `the page shows ${token}`,
      },
    )
  }
})

test('the key is changed under an open dashboard: the frame hears of a token by the new one', async () => {
  const visit = await openVisit({ clock: true })
  const { page, portal, datalens } = visit
  await portal.mountKey()
  await visit.logIn('acme')
  await eventually(() => datalens.notes.length === 1, { what: 'the frame loads' })
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await portal.mountKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
  await page.clock.runFor(230_000)
  await eventually(() => datalens.notes.length === 2, { what: 'the frame hears of another token' })
  const [first, what, token = ''] = datalens.notes[1]?.split(' ') ?? []
  expect([`${first} loads`, what]).toEqual([datalens.notes[0], 'hears'])
  const { payload } = await jwtVerify(token, publicKey, { algorithms: ['PS256'] })
  expect(payload['params']).toEqual({ tenant: 'acme' })
})

test('signed out in another window, a dashboard is dark within one lifetime, and the login follows', async () => {
  const visit = await openVisit({ clock: true })
  const { page, portal, datalens } = visit
  await portal.mountKey()
  await visit.logIn('acme')
  await eventually(() => datalens.notes.length === 1, { what: 'the frame loads' })
  const other = await page.context().newPage()
  await other.goto(`${portal.url}/connect`)
  await other.getByRole('button', { name: 'Sign out' }).click()
  await other.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.clock.runFor(230_000)
  await page.getByText('You are signed out').waitFor()
  expect(await page.locator('iframe').count()).toBe(1)
  await page.clock.runFor(71_000)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(datalens.notes).toHaveLength(1)
})

test('where something drops the header that the endpoint needs, the page says so, and does not go round in circles', async () => {
  const visit = await openVisit()
  const { page, portal } = visit
  await portal.mountKey()
  let asked = 0
  await page.route('**/api/embed/dashboard', async route => {
    asked++
    await route.fulfill({ status: 403, body: '{}' })
  })
  await visit.logIn('acme')
  await page.getByText('something between your browser and this site is in the way').waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
  expect(asked).toBe(1)
})
