/** The same chain as customers see it: the portal's pages in a Chromium, with the sandbox's dashboards in their frames. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../browser/chromium.ts'
import { keepPicture } from '../../browser/picture.ts'
import { Chain, type Customer } from '../../scenarios/chain.ts'
import { eventually } from '../../time/eventually.ts'
import { expectedRevenue, frameIn, revenueIn, signIn } from './browsing.ts'

let chain: Chain
let browser: Browser
/** What browsers complained of, and where they went besides the two sites. */
const complaints: string[] = []

beforeAll(async () => {
  ;[chain, browser] = await Promise.all([Chain.start(), launchChromium()])
})
afterAll(async () => {
  await browser.close()
  await chain.close()
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
  expect(complaints.splice(0)).toEqual([])
})

/** Somebody's browser, logged in at the portal. */
async function logIn(
  name: Customer | 'admin',
  { clock = false, ...options }: BrowserContextOptions & { readonly clock?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options })
  const page = await context.newPage()
  context.on('console', message => {
    // A status that says no is an answer, also where the browser notes it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  context.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    const isKnown = [chain.portal.url, chain.sandbox.url].includes(origin) || !protocol.startsWith('http')
    if (!isKnown) complaints.push(request.url())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  if (clock) await page.clock.install()
  await signIn(page, chain, name)
  return page
}

test('each customer sees their own revenue, side by side in two browsers', async () => {
  const [acme, globex] = await Promise.all([logIn('acme'), logIn('globex')])
  expect(await revenueIn(frameIn(acme, 'Acme Coffee: sales'))).toBe(await expectedRevenue(chain, 'acme'))
  expect(await revenueIn(frameIn(globex, 'Globex Bicycles: sales'))).toBe(
    await expectedRevenue(chain, 'globex'),
  )
})

test('the admin sees both in one page, and neither in the other’s place', async () => {
  const admin = await logIn('admin')
  expect(await revenueIn(frameIn(admin, 'Acme Coffee'))).toBe(await expectedRevenue(chain, 'acme'))
  expect(await revenueIn(frameIn(admin, 'Globex Bicycles'))).toBe(await expectedRevenue(chain, 'globex'))
})

test('portal-compare is what that looks like in the dark', async () => {
  const admin = await logIn('admin', { colorScheme: 'dark', reducedMotion: 'reduce' })
  for (const title of ['Acme Coffee', 'Globex Bicycles']) {
    const frame = frameIn(admin, title)
    await frame.locator('canvas').nth(2).waitFor()
    await eventually(async () => (await frame.locator('[aria-busy]').count()) === 0)
  }
  await keepPicture(admin, 'portal-compare')
})

test('the lobby shows what its SecureEmbed signs', async () => {
  const page = await logIn('globex')
  await page.getByRole('link', { name: 'Lobby' }).click()
  expect(await revenueIn(frameIn(page, 'Lobby'))).toBe(
    await expectedRevenue(chain, 'acme', "region = 'north'"),
  )
})

test('the token is copied from one page and pasted into another, and opens the customer’s tables', async () => {
  const page = await logIn('acme')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('link', { name: 'Connect' }).click()
  await page.getByRole('button', { name: 'Copy the token' }).click()
  await page.getByText('Copied.').waitFor()
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'make a new connection' }).click()
  const datalens = await opened
  await datalens.getByRole('textbox', { name: 'Token' }).focus()
  await datalens.keyboard.press('ControlOrMeta+V')
  await datalens.getByRole('button', { name: 'Connect' }).click()
  await datalens.getByText('The connection is made').waitFor()
  await datalens.getByRole('link', { name: 'Show its tables' }).click()
  await datalens.getByText('orders', { exact: true }).first().waitFor()
})

test('an address that was edited shows no more, and nothing with another signature', async () => {
  const page = await logIn('acme')
  const iframe = page.locator('lens-embed iframe')
  const url = new URL((await iframe.getAttribute('src')) ?? '')
  url.searchParams.set('tenant', 'globex')
  const edited = await page.context().newPage()
  await edited.goto(url.href)
  const figure = edited.locator('section').first().locator('dd')
  expect(await figure.textContent()).toBe(await expectedRevenue(chain, 'acme'))
  url.hash = url.hash.replace(/.{8}$/, 'AAAAAAAA')
  const forged = await page.context().newPage()
  await forged.goto('about:blank')
  await forged.goto(url.href)
  await forged.getByText('The link is not valid').waitFor()
  expect(await forged.locator('dd').count()).toBe(0)
})

test('a new link comes into the open frame: the chosen filter stays, and what is asked later is answered', async () => {
  const page = await logIn('acme', { clock: true })
  const frame = frameIn(page, 'Acme Coffee: sales')
  await revenueIn(frame)
  await frame.locator('summary', { hasText: 'Region' }).click()
  await frame.getByRole('checkbox', { name: 'north' }).check()
  const north = await expectedRevenue(chain, 'acme', "region = 'north'")
  await eventually(async () => expect(await revenueIn(frame)).toBe(north))
  const answered = page.waitForResponse(response => response.url().endsWith('/api/embed/dashboard'))
  await page.clock.runFor(230_000)
  expect((await answered).status()).toBe(200)
  await eventually(async () => expect(await revenueIn(frame)).toBe(north))
  await frame.getByRole('tab', { name: 'Details' }).click()
  await frame.getByRole('tab', { name: 'Overview' }).click()
  await eventually(async () => expect(await revenueIn(frame)).toBe(north))
})

test('signed out in another tab, the frame is gone within one lifetime', async () => {
  const page = await logIn('globex', { clock: true })
  await revenueIn(frameIn(page, 'Globex Bicycles: sales'))
  const other = await page.context().newPage()
  await other.goto(`${chain.portal.url}/connect`)
  await other.getByRole('button', { name: 'Sign out' }).click()
  await other.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.clock.runFor(301_000)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})
