/** The pictures in the docs. */
import { test } from 'vitest'
import { keepPicture } from '../picture.ts'
import { tracedRequests } from './traced-requests.ts'
import { tokenOf, useVisits } from './visit.ts'

const visit = useVisits()

const viewport = { width: 1100, height: 700 }

test.each([
  ['sandbox-dashboard', '_lang=en&_theme=light'],
  ['sandbox-dashboard-ru-dark', '_lang=ru&_theme=dark'],
])('%s is what a dashboard looks like with %s', async (name, query) => {
  const { page, site } = await visit({ viewport })
  await page.goto(`${site.url}/embeds/dash?${query}#dl_embed_token=${tokenOf({})}`)
  await page.locator('canvas').nth(2).waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
  await keepPicture(page, name)
})

test('sandbox-refused-token is what becomes of a token that was changed', async () => {
  const { page, site } = await visit({ viewport })
  site.connectAnswer = { status: 400, body: { message: 'Invalid access token.', check: 'signature' } }
  const part = (letters: string): string => letters.repeat(43)
  await page.goto(`${site.url}/connections/new?_lang=en&_theme=light`)
  await page.fill('#token', `1:1:${part('m7Qw+tZ9')}:${part('kP2x/Vb4')}`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.locator('.steps .refused').waitFor()
  await keepPicture(page, 'sandbox-refused-token')
})

test('sandbox-trace is what the last requests look like', async () => {
  const { page, site } = await visit({ viewport })
  site.requests.push(...tracedRequests)
  await page.goto(`${site.url}/_sandbox/trace?_lang=en&_theme=light`)
  await page.locator('.refused').first().waitFor()
  await keepPicture(page, 'sandbox-trace')
})
