import { expect, test } from 'vitest'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'
import { accessibilityFaults } from '../axe.ts'
import { tokenOf, useVisits } from './visit.ts'

const visit = useVisits()

const refused: TraceRecord = {
  number: 1,
  at: '2026-07-06T10:00:00.000Z',
  method: 'POST',
  path: '/charts/embeds/api/run',
  status: 403,
  ms: 3,
  embedId: 'pgx4ekt5dj3u1',
  entryId: 'revenue',
  steps: [
    // As many as a request takes that is judged on every side: they fit on a telephone, too.
    ...Array.from({ length: 34 }, () => ({
      party: 'charts' as const,
      name: 'token-present' as const,
      passed: true,
      says: 'There is a token.',
    })),
    { party: 'storage', name: 'signature', passed: false, says: 'It is not signed by the embedding secret.' },
  ],
}

/** Each page, and what stands on it once it is drawn. */
const pages = [
  ['/', 'h1'],
  ['/connections/new', '#token'],
  ['/connections/shop', '.links'],
  ['/charts/by-month', 'canvas'],
  ['/charts/sales', 'table'],
  ['/_sandbox/trace', '.refused'],
  ['/charts/not-there', '.blank'],
  ['/embeds/chart', 'canvas'],
  ['/embeds/dash', '.grid .figures'],
] as const

const looks = [
  ['en', 1280],
  ['ru', 390],
] as const

test.each(looks.flatMap(look => pages.map(page => [...page, ...look] as const)))(
  '%s is drawn (%s) in %s, %i wide: accessible in light and dark, within the window, no error, no other host',
  async (path, selector, language, width) => {
    const { page, site, faults } = await visit({ viewport: { width, height: 800 } })
    site.requests.push(refused)
    await page.goto(`${site.url}${path}?_lang=${language}#dl_embed_token=${tokenOf({})}`)
    await page.locator(selector).first().waitFor()
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
    await page.evaluate(() => document.fonts.ready)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    )
    expect(faults).toEqual([])
  },
)

test('no page may load a style or a script of its own or of another, and only embeds may be framed', async () => {
  const { site } = await visit()
  for (const [path] of pages) {
    const policy = (await fetch(`${site.url}${path}`)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(policy.includes("frame-ancestors 'none'")).toBe(!path.startsWith('/embeds/'))
  }
})

test('the language is that of the browser until the address says another, and links keep it', async () => {
  const { page, site } = await visit({ locale: 'ru-RU' })
  await page.goto(site.url)
  expect(await page.locator('h1').textContent()).toBe('Воркбук')
  await page.getByRole('link', { name: 'EN', exact: true }).click()
  await page.getByRole('link', { name: 'Trace' }).click()
  expect(await page.locator('h1').textContent()).toBe('Trace')
})

test('by keyboard alone one goes from the first page to a chart and its figures', async () => {
  const { page, site } = await visit()
  await page.goto(site.url)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content')
  const focused = (): Promise<string> =>
    page.evaluate(() => document.activeElement?.closest('a')?.textContent ?? '')
  for (let tabs = 0; tabs < 12 && !(await focused()).includes('Revenue by month'); tabs++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/charts/by-month')
  await page.locator('summary').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('cell', { name: 'Jan 2026' }).waitFor()
})

test('a connection whose ClickHouse is away says so, and shows its tables once it is back', async () => {
  const { page, site } = await visit()
  site.tables = undefined
  await page.goto(`${site.url}/connections/shop`)
  await page.getByText('ClickHouse does not answer').waitFor()
  site.tables = ['orders']
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.getByText('orders', { exact: true }).waitFor()
})

test('requests appear in the trace by themselves, and what the viewer has opened stays open', async () => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/_sandbox/trace`)
  await page.getByText('No request yet').waitFor()
  const passed = { ...refused, status: 200, steps: refused.steps.slice(0, 1) }
  site.requests.unshift(passed)
  const first = page.locator('[data-number="1"] summary')
  await first.focus()
  await page.keyboard.press('Enter')
  site.requests.unshift({ ...refused, number: 2 })
  await page.getByText('refused: Signature').waitFor()
  expect(await page.locator('[data-number="1"] details').getAttribute('open')).toBe('')
  expect(await first.evaluate(summary => summary === document.activeElement)).toBe(true)
})

test('a sandbox that was started anew begins its trace anew', async () => {
  const { page, site } = await visit()
  site.requests.push({ ...refused, number: 7, path: '/before' })
  await page.goto(`${site.url}/_sandbox/trace`)
  await page.getByText('/before').waitFor()
  site.requests.splice(0, 1, { ...refused, path: '/afterwards' })
  await page.getByText('/afterwards').waitFor()
  expect(await page.getByText('/before').count()).toBe(0)
})
