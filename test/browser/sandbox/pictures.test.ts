// The pictures in the docs, of the sandbox with its own content, on a real ClickHouse.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { keepPicture } from '../picture.ts'
import { startPlace, type Embedded, type Place } from '../../integration/sandbox/place.ts'

const charts = ['revenue', 'pieces', 'revenue-by-month', 'revenue-by-region', 'revenue-by-product', 'sales']

let browser: Browser
let place: Place
let dashboard: Embedded
beforeAll(async () => {
  place = await startPlace()
  await place.open('client_1')
  dashboard = await place.embed({
    entryId: 'shop-dashboard',
    depsIds: charts,
    settings: { enableExport: true },
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await place.close()
})

async function open(path: string): Promise<Page> {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width: 1100, height: 700 },
  })
  const page = await context.newPage()
  await page.goto(`${place.sandbox.url}${path}`)
  return page
}

// The first, so that there are few requests.
test('sandbox-trace is what the last requests look like', async () => {
  const token = await place.sign(dashboard)
  const other = await place.embed({ entryId: 'shop-dashboard' })
  const forged = await place.sign({ ...other, embedId: dashboard.embedId })
  for (const sent of [token, token, forged, token]) await place.run(sent, { id: 'revenue' })
  const page = await open('/_sandbox/trace?_lang=en&_theme=light')
  await page.locator('.refused').first().waitFor()
  await keepPicture(page, 'sandbox-trace')
})

test.each([
  ['sandbox-dashboard', '_lang=en&_theme=light'],
  ['sandbox-dashboard-ru-dark', '_lang=ru&_theme=dark'],
])('%s is what a dashboard looks like with %s', async (name, query) => {
  const page = await open(`/embeds/dash?${query}#dl_embed_token=${await place.sign(dashboard)}`)
  await page.locator('canvas').nth(2).waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
  await keepPicture(page, name)
})

test('sandbox-refused-token is what becomes of a token that was changed', async () => {
  const part = (letters: string): string => letters.repeat(43)
  const page = await open('/connections/new?_lang=en&_theme=light')
  await page.fill('#token', `1:1:${part('m7Qw+tZ9')}:${part('kP2x/Vb4')}`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.locator('.steps .refused').waitFor()
  await keepPicture(page, 'sandbox-refused-token')
})
