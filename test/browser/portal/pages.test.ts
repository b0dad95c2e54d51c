import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { eventually } from '../../time/eventually.ts'
import { accessibilityFaults } from '../axe.ts'
import { useVisits, type Visit } from './visit.ts'

const openVisit = useVisits()

/** Whose rows a frame shows. */
function paramsOf(url: string): unknown {
  return decodeJwt(/dl_embed_token=(.*)$/.exec(url)?.[1] ?? '')['params']
}

async function expectClean(visit: Visit): Promise<void> {
  expect(await accessibilityFaults(visit.page)).toEqual([])
  expect(visit.complaints).toEqual([])
  expect(visit.strayRequests).toEqual([])
}

/** A frame that is less high than its place shows next to nothing. */
async function expectFilled({ page }: Visit): Promise<void> {
  for (const element of await page.locator('lens-embed').all()) {
    const [place, frame] = await Promise.all([element.boundingBox(), element.locator('iframe').boundingBox()])
    expect(place?.height).toBeGreaterThan(400)
    expect(Math.abs((place?.height ?? 0) - (frame?.height ?? 0))).toBeLessThan(5)
  }
}

async function openWithSecrets(): Promise<Visit> {
  const visit = await openVisit()
  await visit.portal.mountKey()
  await visit.portal.mountLobby()
  await visit.portal.mountToken('acme', '1:1:first:of-acme')
  return visit
}

test('the login: by keyboard alone, and a wrong password is told', async () => {
  const visit = await openVisit()
  const { page, portal } = visit
  await visit.goto('/')
  await expectClean(visit)
  await page.keyboard.type('acme')
  await page.keyboard.press('Tab')
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toBe('There is no account with this name and password.')
  expect(await page.getByLabel('Name').inputValue()).toBe('acme')
  await expectClean(visit)
  await page.keyboard.type(portal.passwords.get('acme') ?? '')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Acme Coffee' }).waitFor()
})

test('a tenant’s dashboard shows the tenant’s own frame', async () => {
  const visit = await openWithSecrets()
  await visit.logIn('globex')
  const url = await visit.frameOf('Globex Bicycles: sales')
  expect(paramsOf(url)).toEqual({ tenant: 'globex' })
  await eventually(() => visit.datalens.notes.length === 1, { what: 'the frame loads' })
  await expectFilled(visit)
  await expectClean(visit)
})

test('compare: two frames, each of its own tenant, also after both were refreshed', async () => {
  const visit = await openWithSecrets()
  await visit.logIn('admin')
  const { page, datalens } = visit
  for (const [title, tenant] of [
    ['Acme Coffee', 'acme'],
    ['Globex Bicycles', 'globex'],
  ] as const)
    expect(paramsOf(await visit.frameOf(title))).toEqual({ tenant })
  await eventually(() => datalens.notes.length === 2, { what: 'both frames load' })
  await expectFilled(visit)
  for (let round = 0; round < 3; round++)
    await page.evaluate(() => {
      for (const element of document.querySelectorAll('lens-embed')) element.refresh()
    })
  await eventually(() => datalens.notes.some(note => note.includes(' hears ')), {
    what: 'a frame hears of a token',
  })
  await expectClean(visit)
  for (const note of datalens.notes) {
    const [frame = '', what, token = frame] = note.split(' ')
    expect(['loads', 'hears']).toContain(what)
    expect(decodeJwt(token)['params']).toEqual(decodeJwt(frame)['params'])
  }
})

test('the lobby shows the link of the SecureEmbed', async () => {
  const visit = await openWithSecrets()
  await visit.logIn('acme')
  await visit.page.getByRole('link', { name: 'Lobby' }).click()
  expect(paramsOf(await visit.frameOf('Lobby'))).toEqual({ region: 'north' })
  await expectFilled(visit)
  await expectClean(visit)
})

test('connect: the token is copied, and the way to DataLens is told', async () => {
  const visit = await openWithSecrets()
  const { page } = visit
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visit.logIn('acme')
  await page.getByRole('link', { name: 'Connect' }).click()
  expect(await page.getByLabel('Access token').inputValue()).toBe('1:1:first:of-acme')
  await page.getByRole('button', { name: 'Copy the token' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Copied.').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('1:1:first:of-acme')
  expect(await page.getByRole('link', { name: 'make a new connection' }).getAttribute('href')).toBe(
    `${visit.datalens.url}/connections/new`,
  )
  await expectClean(visit)
})

test('all pages are reached by Tab, and the content by the first of them', async () => {
  const visit = await openWithSecrets()
  const { page } = visit
  await visit.logIn('acme')
  const order: string[] = []
  for (let presses = 0; presses < 6; presses++) {
    await page.keyboard.press('Tab')
    order.push((await page.evaluate(() => document.activeElement?.textContent?.trim())) ?? '')
  }
  expect(order).toEqual(['Skip to the content', 'Portal', 'Dashboard', 'Lobby', 'Connect', 'Sign out'])
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})

test('a page that there is not, and one that is not for this visitor', async () => {
  const visit = await openVisit()
  await visit.logIn('acme')
  for (const [path, title] of [
    ['/nowhere', 'Not found'],
    ['/compare', 'For the admin'],
  ] as const) {
    await visit.goto(path)
    expect(await visit.page.getByRole('heading').textContent()).toBe(title)
    await expectClean(visit)
  }
})
